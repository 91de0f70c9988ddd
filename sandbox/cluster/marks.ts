/** What stands on objects so that whoever looks at them sees what is not real. */

/** Says on an object which part of it nobody serves. */
export const FAKE_ANNOTATION = "sandbox.ecommerce-mesh.dev/stand-in";
