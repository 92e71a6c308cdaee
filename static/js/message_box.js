// The field in which somebody writes, and sends with Enter: each message once, however often the key is pressed.

import { newKey } from "./api.js";

export class MessageBox {
  /** `send(words, key)` is kept from sending the same again by its key, and answers with nothing where it failed. */
  constructor(form, send) {
    this.field = form.elements.message;
    this.post = send;
    this.isSending = false;
    this.last = null;
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!event.repeat) form.requestSubmit();
    });
  }

  /** What the call answered; nothing if there was nothing to send, or it failed. What is written meanwhile stays. */
  async send() {
    const words = this.field.value.trim();
    if (!words || this.isSending) return null;
    if (this.last?.words !== words) this.last = { words, key: newKey() };
    this.isSending = true;
    const answer = await this.post(words, this.last.key).finally(() => { this.isSending = false; });
    if (!answer) return null;
    this.last = null;
    if (this.field.value.trim() === words) this.field.value = "";
    return answer;
  }
}
