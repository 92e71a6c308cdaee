"""What chat templates and reasoning models leave around an answer, where no server took it away."""

import re

_TAGS = r"(?:think(?:ing)?|thoughts?|reasoning|analysis|scratchpad|reflection)"
_REASONING_ENDS = re.compile(
    rf"</{_TAGS}>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|channel\|>\s?final\b[^<]{{0,40}}<\|message\|>",
    re.IGNORECASE,
)
_REASONING_BEGINS = re.compile(
    rf"<{_TAGS}>|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|channel\|>\s?analysis\b", re.IGNORECASE
)
_SPECIAL = r"(?:<\|/?[a-z][a-z0-9_]{1,30}\|>|</?s>|</?(?:start|end)_of_turn>|\[/?INST\])"
_TOKENS_AROUND = re.compile(rf"\A(?:\s|{_SPECIAL})++|(?<!\s)(?:\s|{_SPECIAL})++\Z", re.IGNORECASE)


def after_reasoning(text: str) -> str:
    """What follows a closed block of reasoning; what stands before one that is not closed."""
    *_, start = (0, *(end.end() for end in _REASONING_ENDS.finditer(text)))
    begins = _REASONING_BEGINS.search(text, start)
    return text[start : begins.start() if begins else None]


def without_tokens(text: str) -> str:
    """Without the special tokens before and behind it."""
    return _TOKENS_AROUND.sub("", text)
