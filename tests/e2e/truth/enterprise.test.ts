import { truthOf } from "./suite.ts";

truthOf("enterprise", (yaml) => yaml);
