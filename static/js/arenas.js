// The list of arenas, which is read anew from time to time, and the games of a cell: times stay current.

import { keepTimesCurrent } from "./format.js";
import { keepFresh } from "./fresh.js";

keepTimesCurrent();
keepFresh();
