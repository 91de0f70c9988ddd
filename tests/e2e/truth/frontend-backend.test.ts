import { truthOf } from "./suite.ts";

truthOf("frontend-backend", (yaml) => yaml.replace("ALLOW_ANY", "REGISTRY_ONLY"));
