import type { Command } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { Outcome, UsageError } from "../support/exit-codes.ts";
import { interruptible } from "../support/signals.ts";
import { baseCommand, print, printJson, withCatalogOption } from "../drive/common.ts";

interface RequestOptions extends CommonOptions {
  readonly count: string;
  readonly from?: string;
  readonly header: readonly string[];
  readonly body?: boolean;
}

/** `mesh request <stack> 'GET https://...'` */
export function requestCommand(): Command {
  return withCatalogOption(
    baseCommand(
      "request",
      "Send real requests through the mesh and compare what comes back with what `explain` foretells. Ends with 1 where they differ beyond chance.",
      [
        "npm run mesh -- request dev 'GET https://ecommerce.example.com/products' -n 1000",
        "npm run mesh -- request dev 'GET https://ecommerce.example.com/orders' -H 'x-canary: true'",
        "npm run mesh -- request dev 'GET http://product:8080/products' --from cart     from a pod of cart, through its sidecar",
        "npm run mesh -- request dev 'POST http://payment:8080/pay' --from order:v2     of one version",
        "npm run mesh -- request dev 'GET http://product.ecommerce:8080/' --from pod/default/stranger",
        "npm run mesh -- request dev 'GET https://ecommerce.example.com/cart' --body    with the answer itself",
      ],
    ),
  )
    .argument("<stack>", "stack that is up, e.g. dev")
    .argument("<request>", "method and URL, e.g. 'GET https://ecommerce.example.com/cart'")
    .option("-n, --count <number>", "how many requests, at most 10000; 8 at a time, five minutes in all", "1")
    .option(
      "--from <caller>",
      "service that calls, service:version, or pod/<namespace>/<name>. Default: from outside, through the ingress gateway",
    )
    .option(
      "-H, --header <line>",
      "header of the request, as curl takes it; may be repeated",
      (line: string, lines: readonly string[]) => [...lines, line],
      [] as readonly string[],
    )
    .option("--body", "print the body of the first answer, too")
    .action(async (stackName: string, text: string, options: RequestOptions) => {
      const { MOST_REQUESTS } = await import("../request/send-requests.ts");
      const { requestJson, requestLines } = await import("../output/observation.ts");
      const { readTarget } = await import("../request/target.ts");
      const { requestOf } = await import("../request/run.ts");
      const count = Number(options.count);
      if (!Number.isInteger(count) || count < 1 || count > MOST_REQUESTS) {
        throw new UsageError(`expected 1 to ${MOST_REQUESTS} requests; got ${options.count}`);
      }
      const target = readTarget(text, options.header, options.from);
      const places = placesFrom(options, process.env);
      const say = (line: string) => process.stderr.write(`${line}\n`);
      const outcome = await interruptible(say, (signal) =>
        requestOf(places, stackName, options.catalog, target, count, signal),
      );
      const report = { ...outcome, request: text.trim(), wanted: count };
      if (options.json === true) {
        printJson(requestJson(stackName, report, options.body === true));
      } else {
        print(requestLines(report, process.stdout));
        print(options.body === true ? ["", outcome.observation.first?.body ?? "no body: nothing came back"] : []);
      }
      if (report.verdict?.agrees === false) {
        throw new Outcome();
      }
    });
}
