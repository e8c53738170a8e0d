/** Breadth first over the segments. */
exports.shortest = (segments, from, to, { maxChanges }) => {
  let reached = [[from]];
  for (let changes = 0; changes <= maxChanges; changes += 1) {
    const found = reached.find((path) => path.at(-1) === to);
    if (found) return { minutes: found.length * 2, changes, legs: found };
    reached = reached.flatMap((path) => segments.filter(({ fromStation }) => fromStation.S === path.at(-1)).map(({ toStation }) => [...path, toStation.S]));
  }
  return null;
};
