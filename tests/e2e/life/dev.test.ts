import { lifeOf } from "./suite.ts";

lifeOf("dev");
