// The ways to look at the room again: replay, and what if.

export class LookingBack {
  constructor({ api, code, attempt, say }) {
    Object.assign(this, { api, code, attempt, say });
  }

  render(room) {}
}
