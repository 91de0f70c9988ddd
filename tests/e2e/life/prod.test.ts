import { lifeOf } from "./suite.ts";
import { zoneLossOf } from "./zone-loss.ts";

lifeOf("prod", zoneLossOf);
