// With whose eyes an operator looks at the room, and the links for spectators.

export class Eyes {
  constructor({ api, code, attempt, say }) {
    Object.assign(this, { api, code, attempt, say });
  }

  render(room) {}
}
