// Lists of what waits and what was: their clocks and times, and what has changed meanwhile.

import { keepClocks } from "./desk_words.js";
import { keepTimesCurrent } from "./format.js";
import { keepFresh } from "./fresh.js";

keepClocks();
keepTimesCurrent();
keepFresh();
