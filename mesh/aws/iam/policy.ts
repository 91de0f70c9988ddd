/** One statement of an IAM policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An IAM policy as data. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** A policy of these statements. */
export function policyDocument(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/**
 * A policy that lies beside its function as JSON, as AWS and the projects publish theirs, with `${name}` for what a stack decides.
 * @throws Error for a name without a value
 */
export function filledIn(template: object, values: Readonly<Record<string, string>>): PolicyDocument {
  const text = JSON.stringify(template).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`the policy names ${name}, which has no value`);
    }
    return JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(text) as PolicyDocument;
}
