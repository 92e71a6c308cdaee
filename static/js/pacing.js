// The pace of the room: how fast it plays, and one round at a time.

export class Pacing {
  constructor({ api, code, attempt, say }) {
    Object.assign(this, { api, code, attempt, say });
  }

  render(room) {}
}
