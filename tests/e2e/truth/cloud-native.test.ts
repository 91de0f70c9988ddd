import { truthOf } from "./suite.ts";

truthOf("cloud-native", (yaml) => yaml);
