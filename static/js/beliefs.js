// What our side thinks of the other's limits.

export class Beliefs {
  constructor({ api, code, attempt, say }) {
    Object.assign(this, { api, code, attempt, say });
  }

  render(room) {}
}
