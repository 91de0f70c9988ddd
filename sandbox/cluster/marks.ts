/** What stands on objects so that whoever looks at them sees what is not real. */

/** Says on an object which part of it nobody serves. */
export const FAKE_ANNOTATION = "sandbox.ecommerce-mesh.dev/stand-in";

/** Says of every object of a placeholder chart which chart it stands for. */
export const REPRESENTS_ANNOTATION = "sandbox.ecommerce-mesh.dev/represents";

/** What mesh-node puts before the image of a container whose image it cannot run, as the id of that image. */
export const PLACEHOLDER_IMAGE = "placeholder:";
