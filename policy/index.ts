import { PolicyPack } from "@pulumi/policy";
import { RULES } from "../analysis/policy/index.ts";
import { policiesOf } from "./policy.ts";

// Creating the pack serves it: this file is what `pulumi preview --policy-pack policy` runs.
new PolicyPack("ecommerce-mesh", { policies: policiesOf(RULES) });
