// The clocks of what waits for somebody.

import { keepClocks } from "./desk_words.js";

keepClocks();
