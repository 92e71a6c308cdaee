// What a curve of an agent's offers is drawn from, and the words for it. Knows no page.

/** `edge` is the limit or the floor of the seat: {price, name}. */
export function curveFigures(answer, edge, maxRounds) {
  const points = answer.steps.map(({ round, offered, other }) => ({ round, ...offered, other }));
  const deal = answer.price && { round: answer.round, ...answer.price };
  const prices = [edge.price, ...points.flatMap((one) => [one.low, one.high, one.other]), ...(deal ? [deal.low, deal.high] : [])];
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const air = (high - low || high || 1) * 0.06;
  return { points, deal, edge, lastRound: Math.max(2, maxRounds), low: Math.max(0, low - air), high: high + air };
}

/** A sentence or two; `written` writes an amount. */
export function curveWords(answer, written) {
  const isBuyer = answer.party === "buyer";
  if (!answer.deals) {
    const last = answer.steps.at(-1);
    return `No deal: its last ${isBuyer ? "bid" : "offer"}, in round ${last.round}, would be ${spread(last.offered, written)}.`;
  }
  const often = answer.deals === 1 ? "A deal" : `A deal in ${Math.round(answer.deals * 10) || 1} of 10 draws`;
  return `${often}, mostly in round ${answer.round}, at ${spread(answer.price, written)}.`;
}

/** "about 850.00 (830.00 to 870.00)", or the one price where the draws do not matter. */
function spread({ middle, low, high }, written) {
  return low === high ? written(middle) : `about ${written(middle)} (${written(low)} to ${written(high)})`;
}
