import { truthOf } from "./suite.ts";

truthOf("ecommerce", (yaml) => yaml);
