import assert from "node:assert/strict";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { KubernetesApi } from "../../cli/cluster/kubernetes-api.ts";
import { forwardPort, type Forwarded } from "../../cli/cluster/port-forward.ts";
import { proxiesOf } from "../../cli/doctor/proxies.ts";
import { podView } from "../../cli/doctor/views.ts";
import { TemporaryProject, type RunningCommand } from "../support/mesh-command.ts";
import { serveForwarding, type ForwardingServer } from "../support/port-forward-server.ts";

const POD = { namespace: "observability", name: "grafana-1" };
const ISTIOD = readyPod("istiod-1", "istio-system", { app: "istiod" }, 15014);

function readyPod(name: string, namespace: string, labels: Record<string, string>, containerPort: number) {
  return {
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: "main", image: "istio/pilot:1.30.7", ports: [{ containerPort }] }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}

async function portOf(server: Server | HttpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** What a connection gets when it says something, until the other side ends it. */
async function answerOf(port: number, say: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(say));
    socket.setEncoding("utf8").on("data", (part: string) => (text += part));
    socket.once("error", reject);
    socket.once("close", () => resolve(text));
  });
}

describe("a port that is forwarded", function () {
  this.timeout(60_000);
  let server: ForwardingServer;
  let pod: HttpServer;
  let echo: Server;
  let forwarded: Forwarded | undefined;
  let looks = 0;

  before(async () => {
    pod = createHttpServer((request, response) => {
      if (request.url === "/debug/syncz") {
        // A cluster that is never taken, and a listener that is on its way.
        const behind = { cluster_sent: "b", cluster_acked: "a", route_sent: "c", route_acked: "c" };
        const coming = { listener_sent: "d", listener_acked: (looks += 1) > 1 ? "d" : "" };
        response.end(JSON.stringify([{ proxy: "cart-1.ecommerce", ...behind, ...coming }]));
      } else {
        response.end(`hello from ${request.url ?? ""}`);
      }
    });
    // Says all of it back, and ends the connection, as a server does that closes after its answer.
    echo = createServer((socket) => {
      let heard = "";
      socket.setEncoding("utf8").on("data", (part: string) => {
        heard += part;
        if (heard.endsWith("\n")) {
          socket.end(heard);
        }
      });
    });
    const [http, raw] = [await portOf(pod), await portOf(echo)];
    server = await serveForwarding({
      lists: {
        "/api/v1/namespaces/observability/pods": [
          readyPod("grafana-1", "observability", { "app.kubernetes.io/name": "grafana" }, 3000),
        ],
      },
      ports: { 3000: http, 15014: http, 7000: raw },
    });
  });
  afterEach(async () => {
    await forwarded?.close();
    forwarded = undefined;
  });
  after(async () => {
    await server.close();
    pod.closeAllConnections();
    pod.close();
    echo.close();
  });

  async function forward(port: number, onError?: (message: string) => void): Promise<number> {
    const { config } = new KubernetesApi(server.kubeconfig);
    forwarded = await forwardPort(config, { ...POD, port }, 0, onError);
    return forwarded.port;
  }

  it("carries requests to the pod and answers back, on loopback alone", async () => {
    const port = await forward(3000);
    const answers = await Promise.all(
      ["/a", "/b"].map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()),
    );
    assert.deepEqual(answers, ["hello from /a", "hello from /b"]);
    assert.equal(server.forwarded[0], "/api/v1/namespaces/observability/pods/grafana-1/portforward?ports=3000");
  });

  it("carries more than one frame, byte for byte, and ends when the pod ends the connection", async () => {
    const port = await forward(7000);
    const long = `${"0123456789".repeat(20_000)}\n`;
    assert.ok((await answerOf(port, long)) === long);
  });

  it("says in the kubelet's words why nobody answers, and ends the connection", async () => {
    const errors: string[] = [];
    const port = await forward(9999, (message) => errors.push(message));
    assert.equal(await answerOf(port, "GET / HTTP/1.1\r\n\r\n"), "");
    assert.deepEqual(errors, ["error forwarding port 9999 to pod grafana-1, uid 1: connection refused"]);
  });

  it("ends with its connections, also those that a browser keeps open", async () => {
    const port = await forward(3000);
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write("GET /kept HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    const gone = new Promise((resolve) => socket.once("close", resolve));
    await forwarded?.close();
    forwarded = undefined;
    await gone;
    while (server.open() > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it("lets the doctor ask istiod for proxies that do not take what it sent: what is on its way is none", async () => {
    const api = new KubernetesApi(server.kubeconfig);
    const proxies = await proxiesOf(api, [podView(ISTIOD)], "istio-system", 1_000);
    assert.deepEqual(proxies, [{ proxy: "cart-1.ecommerce", behind: ["cluster"] }]);
    assert.equal(server.forwarded.at(-1), "/api/v1/namespaces/istio-system/pods/istiod-1/portforward?ports=15014");
  });

  describe("by `mesh open`", () => {
    let project: TemporaryProject;
    let running: RunningCommand | undefined;
    before(() => {
      project = new TemporaryProject();
    });
    after(async () => {
      running?.child.kill("SIGKILL");
      await project.remove();
    });

    it("is there until Ctrl-C, at an address that it prints", async () => {
      const args = ["open", "prod", "grafana", "--kubeconfig", server.kubeconfig, "--no-browser", "--json"];
      running = project.start(args);
      const line = await firstLine(running);
      const { console: name, url } = JSON.parse(line) as { console: string; url: string };
      assert.equal(name, "grafana");
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(await (await fetch(`${url}/login`)).text(), "hello from /login");
      running.child.kill("SIGINT");
      const { code, stderr } = await running.outcome;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /stopping in good order/);
    });

    it("is refused where there is no such kubeconfig", async () => {
      const { code, stderr } = await project.run([
        "open",
        "prod",
        "jaeger",
        "--kubeconfig",
        `${server.kubeconfig}.none`,
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /there is no file .*\.none/);
    });
  });
});

async function firstLine({ child, outcome }: RunningCommand): Promise<string> {
  const line = new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.on("data", (part: string) => {
      text += part;
      if (text.includes("\n")) {
        resolve(text.slice(0, text.indexOf("\n")));
      }
    });
  });
  const ended = outcome.then(({ stderr }) => Promise.reject(new Error(`mesh open ended: ${stderr}`)));
  return Promise.race([line, ended]);
}
