import type { Struct, Value } from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

import {
  isList,
  Opaque,
  OutputValue,
  type PropertyMap,
  type PropertyValue,
  ResourceReference,
  Secret,
  SIGNATURE_KEY,
  UNKNOWN,
  Unknown,
} from "./values.ts";

const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What is written for an unknown: the engine treats it as an unknown of any type. */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has a sentinel per type; a receiver must know them all. */
const UNKNOWN_SENTINELS: ReadonlySet<string> = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Property values from a message of the engine. An absent struct is an empty map. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  const result: Record<string, PropertyValue> = {};
  struct?.getFieldsMap().forEach((value: Value, key: string) => {
    result[key] = fromValue(value);
  });
  return result;
}

/** Property values as a message for the engine. */
export function toStruct(map: PropertyMap): Struct {
  const struct = new structPb.Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of Object.entries(map)) {
    if (value !== undefined) {
      fields.set(key, toValue(value));
    }
  }
  return struct;
}

/** One value from a message of the engine. */
export function fromValue(value: Value): PropertyValue {
  switch (value.getKindCase()) {
    case structPb.Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case structPb.Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case structPb.Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return UNKNOWN_SENTINELS.has(text) ? UNKNOWN : text;
    }
    case structPb.Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(fromValue);
    case structPb.Value.KindCase.STRUCT_VALUE:
      return fromObject(fromStruct(value.getStructValue()));
    default:
      return null;
  }
}

function fromObject(object: PropertyMap): PropertyValue {
  const { [SIGNATURE_KEY]: signature, ...fields } = object;
  switch (signature) {
    case undefined:
      return object;
    case SECRET:
      return new Secret(fields["value"] ?? null);
    case OUTPUT_VALUE:
      return new OutputValue(
        "value" in fields ? (fields["value"] ?? null) : UNKNOWN,
        fields["secret"] === true,
        isList(fields["dependencies"]) ? fields["dependencies"].map(text) : [],
      );
    case RESOURCE_REFERENCE:
      return new ResourceReference(text(fields["urn"]), fields["id"], text(fields["packageVersion"]));
    default:
      return new Opaque(text(signature), fields);
  }
}

const text = (value: PropertyValue | undefined): string => (typeof value === "string" ? value : "");

/** One value as a message for the engine. */
export function toValue(value: PropertyValue): Value {
  const message = new structPb.Value();
  if (value === null) {
    return message.setNullValue(structPb.NullValue.NULL_VALUE);
  }
  switch (typeof value) {
    case "boolean":
      return message.setBoolValue(value);
    case "number":
      return message.setNumberValue(value);
    case "string":
      return message.setStringValue(value);
    default:
  }
  if (value instanceof Unknown) {
    return message.setStringValue(UNKNOWN_STRING);
  }
  if (isList(value)) {
    return message.setListValue(new structPb.ListValue().setValuesList(value.map(toValue)));
  }
  return message.setStructValue(toStruct(toObject(value)));
}

function toObject(
  value: Exclude<PropertyValue, null | boolean | number | string | readonly PropertyValue[]>,
): PropertyMap {
  if (value instanceof Secret) {
    return { [SIGNATURE_KEY]: SECRET, value: value.value };
  }
  if (value instanceof OutputValue) {
    return {
      [SIGNATURE_KEY]: OUTPUT_VALUE,
      value: value.value instanceof Unknown ? undefined : value.value,
      secret: value.secret || undefined,
      dependencies: value.dependencies.length > 0 ? value.dependencies : undefined,
    };
  }
  if (value instanceof ResourceReference) {
    return {
      [SIGNATURE_KEY]: RESOURCE_REFERENCE,
      urn: value.urn,
      id: value.id,
      packageVersion: value.packageVersion === "" ? undefined : value.packageVersion,
    };
  }
  return value instanceof Opaque ? { [SIGNATURE_KEY]: value.signature, ...value.fields } : (value as PropertyMap);
}
