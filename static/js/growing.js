// Lists and maps that only grow, as parts of a value that is never changed from outside.
//
// A copy for every frame would make ten thousand frames cost their square. Within `together` a list or map is copied once,
// and what was copied there is added to in place: nobody else has seen it yet.

let own = null;

/** What `work` returns; additions within it are made to copies of its own. */
export function together(work) {
  if (own) return work();
  own = new WeakSet();
  try {
    return work();
  } finally {
    own = null;
  }
}

export function append(list, ...more) {
  if (!own?.has(list)) return keep([...list, ...more]);
  list.push(...more);
  return list;
}

export function merge(map, more) {
  return own?.has(map) ? Object.assign(map, more) : keep({ ...map, ...more });
}

function keep(copy) {
  own?.add(copy);
  return copy;
}
