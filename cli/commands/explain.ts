import { type Command, Option } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { UsageError } from "../support/exit-codes.ts";
import { baseCommand, print, printJson, withCatalogOption } from "../drive/common.ts";

type ExplainOptions = CommonOptions & {
  readonly header: readonly string[];
  readonly from?: string;
  readonly gateway?: "internal";
  readonly address?: string;
};

/** `mesh explain <stack> 'GET https://...'` */
export function explainCommand(): Command {
  return withCatalogOption(
    baseCommand(
      "explain",
      "Say what becomes of a request: which pods would answer with what probability, and the object and rule behind each step.",
      [
        "npm run mesh -- explain prod 'GET https://ecommerce.example.com/products/7'",
        "npm run mesh -- explain prod 'GET https://ecommerce.example.com/products/7' -H 'x-canary: true'",
        "npm run mesh -- explain prod 'GET http://product:8080/products' --from cart     a call in the mesh",
        "npm run mesh -- explain prod 'POST http://payment:8080/pay' --from order:v1     of one version",
        "npm run mesh -- explain prod 'GET http://istio-internalgateway.istio-ingress/admin' --gateway internal --address 10.30.4.7",
      ],
    ),
  )
    .argument("<stack>", "stack, e.g. prod")
    .argument("<request>", "method and URL, e.g. 'GET https://ecommerce.example.com/cart'")
    .option(
      "-H, --header <line>",
      "header of the request, as curl takes it; may be repeated",
      (line: string, lines: readonly string[]) => [...lines, line],
      [] as readonly string[],
    )
    .option("--from <service>", "the service that calls, or service:version. Default: a client outside the mesh")
    .addOption(
      new Option("--gateway <gateway>", "come in by the internal gateway. Default: from outside of the cluster")
        .choices(["internal"])
        .conflicts("from"),
    )
    .option("--address <address>", "the client's address, for gateways that read it")
    .action(async (stackName: string, text: string, options: ExplainOptions) => {
      const { readStackFile } = await import("../../mesh/load/load.ts");
      const { explain } = await import("../../analysis/explain/explain.ts");
      const { UnknownCallerError } = await import("../../analysis/explain/callers.ts");
      const { parseRequest, RequestTextError } = await import("../../analysis/explain/request.ts");
      const { RELEASES } = await import("../../mesh/kubernetes/names.ts");
      const { worldOf } = await import("../stack/stack-world.ts");
      const { explanationLines } = await import("../output/explanation.ts");
      const { projectDir } = placesFrom(options, process.env);
      const stack = readStackFile(projectDir, stackName, options.catalog);
      try {
        const { gateway, address } = options;
        const request = {
          ...parseRequest(text, options.header, options.from),
          ...(gateway === undefined ? {} : { gateway: RELEASES.internalGateway }),
          ...(address === undefined ? {} : { address }),
        };
        const explanation = explain(worldOf(stack), request, Date.now() / 1000);
        if (options.json === true) {
          printJson(explanation);
          return;
        }
        print(explanationLines(text, explanation, process.stdout));
      } catch (error) {
        throw error instanceof RequestTextError || error instanceof UnknownCallerError
          ? new UsageError(error.message)
          : error;
      }
    });
}
