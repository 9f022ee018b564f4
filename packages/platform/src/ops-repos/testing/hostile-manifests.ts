/** A Deployment with more in its pod. */
export function pod(more: string, container = "", beside = ""): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: nginx:1.29
${indented(container, 10)}${indented(more, 6)}${beside}`;
}

function indented(text: string, by: number): string {
  return text === "" ? "" : `${text.replace(/^/gm, " ".repeat(by))}\n`;
}

const container = (text: string) => pod("", text);
const security = (text: string) => container(`securityContext:\n  ${text}`);
const volume = (text: string) => pod(`volumes:\n  - name: v\n    ${text}`);
const object = (head: string, text: string) => pod("", "", `---\n${head}\nmetadata:\n  name: x\n${text}`);
const service = (text: string) =>
  object("apiVersion: v1\nkind: Service", `spec:\n  selector: { app: web }\n  ports: [{ port: 80 }]\n  ${text}\n`);
export const ingress = (text: string) =>
  object("apiVersion: networking.k8s.io/v1\nkind: Ingress", `spec:\n${indented(text, 2)}`);
export const rule = (host: string, name = "web", path = "/") => `rules:
  - ${host === "" ? "" : `host: ${host}\n    `}http:
      paths: [{ path: ${path}, pathType: Prefix, backend: { service: { name: ${name}, port: { number: 80 } } } }]`;
const metadata = (text: string) => pod("").replace("  name: web\n", `  name: web\n  ${text}\n`);
const podMetadata = (text: string) => pod("").replace("{ labels: { app: web } }", `{ labels: { app: web }, ${text} }`);
const spec = (text: string) => pod("").replace("spec:\n", `spec:\n  ${text}\n`);
const another = (text: string) => pod("", "", `---\n${text}\n`);

/** What is refused: its name, the manifest, what stands in the line that is named, and what is said. */
export type HostileCase = readonly [name: string, template: string, line: string, message: RegExp];

const kinds: readonly HostileCase[] = [
  "rbac.authorization.k8s.io/v1 ClusterRole",
  "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
  "rbac.authorization.k8s.io/v1 RoleBinding",
  "v1 Secret",
  "v1 ServiceAccount",
  "v1 Pod",
  "v1 Namespace",
  "v1 PersistentVolume",
  "v1 PersistentVolumeClaim",
  "v1 List",
  "v1 Endpoints",
  "apps/v1 DaemonSet",
  "apps/v1 StatefulSet",
  "batch/v1 CronJob",
  "networking.k8s.io/v1 NetworkPolicy",
  "apiextensions.k8s.io/v1 CustomResourceDefinition",
  "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
  "argoproj.io/v1alpha1 Application",
  "v1 __proto__",
  "v1 constructor",
].map((each): HostileCase => {
  const [apiVersion, kind] = each.split(" ");
  const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x }`;
  return [
    `kind ${kind}`,
    another(text),
    `kind: ${kind}`,
    new RegExp(`kind '${kind}' is not allowed: there may be Deployment, `),
  ];
});

const pods: readonly HostileCase[] = [
  [
    "host network",
    pod("hostNetwork: true"),
    "hostNetwork",
    /spec\.template\.spec\.hostNetwork must be false: .*network of the node/,
  ],
  ["host PIDs", pod("hostPID: true"), "hostPID", /must be false: .*processes of the node/],
  ["host IPC", pod("hostIPC: true"), "hostIPC", /must be false/],
  ["the node's users", pod("hostUsers: true"), "hostUsers", /must be false/],
  ["a service account", pod("serviceAccountName: platform"), "serviceAccountName", /is not allowed: pods run as/],
  ["a service account, by the old name", pod("serviceAccount: platform"), "serviceAccount:", /is not allowed/],
  ["its token", pod("automountServiceAccountToken: true"), "automount", /must be false: pods get no token/],
  ["a node", pod("nodeName: control-plane"), "nodeName", /is not allowed: where pods run/],
  [
    "a node by its labels",
    pod("nodeSelector: { node-role.kubernetes.io/control-plane: '' }"),
    "nodeSelector",
    /control-plane is not allowed/,
  ],
  ["tolerations", pod("tolerations: [{ operator: Exists }]"), "tolerations", /is not allowed/],
  ["affinity", pod("affinity: { podAntiAffinity: {} }"), "affinity", /is not allowed: .*pods of others/],
  ["a priority", pod("priorityClassName: system-node-critical"), "priorityClassName", /is not allowed/],
  ["a runtime", pod("runtimeClassName: none"), "runtimeClassName", /is not allowed/],
  ["a scheduler", pod("schedulerName: mine"), "schedulerName", /is not allowed/],
  ["pull secrets", pod("imagePullSecrets: [{ name: x }]"), "imagePullSecrets", /is not allowed/],
  ["ephemeral containers", pod("ephemeralContainers: [{ name: x, image: y }]"), "ephemeral", /is not allowed/],
  [
    "sysctls",
    pod("securityContext:\n  sysctls: [{ name: kernel.msgmax, value: '1' }]"),
    "sysctls",
    /sysctls is not allowed: .*kernel/,
  ],
  [
    "SELinux options of the pod",
    pod("securityContext:\n  seLinuxOptions: { type: spc_t }"),
    "seLinux",
    /is not allowed/,
  ],
  [
    "a seccomp profile of the node",
    pod("securityContext:\n  seccompProfile: { type: Localhost, localhostProfile: x }"),
    "seccomp",
    /must be "RuntimeDefault"/,
  ],
  [
    "no seccomp profile",
    pod("securityContext:\n  seccompProfile:\n    type: Unconfined"),
    "type: Unconfined",
    /must be "RuntimeDefault"/,
  ],
  [
    "a field that nobody knows yet",
    pod("hostEverything: true"),
    "hostEverything",
    /hostEverything is not allowed: manifests do not have this field here/,
  ],
  ["pods that end", pod("restartPolicy: Never"), "restartPolicy", /must be "Always"/],
  ["devices", pod("resourceClaims: [{ name: gpu }]"), "resourceClaims", /is not allowed/],
];

const containers: readonly HostileCase[] = [
  [
    "a privileged container",
    security("privileged: true"),
    "privileged",
    /containers\[0\]\.securityContext\.privileged must be false/,
  ],
  ["privileged as text", security('privileged: "true"'), "privileged", /must be false/],
  [
    "more rights while it runs",
    security("allowPrivilegeEscalation: true"),
    "allowPrivilegeEscalation",
    /must be false/,
  ],
  [
    "capabilities",
    security("capabilities: { add: [SYS_ADMIN] }"),
    "capabilities",
    /capabilities\.add\[0\] is not allowed: only NET_BIND_SERVICE/,
  ],
  ["all capabilities", security("capabilities:\n    add:\n      - ALL"), "- ALL", /is not allowed/],
  ["the kernel's files", security("procMount: Unmasked"), "procMount", /must be "Default"/],
  ["no AppArmor", security("appArmorProfile: { type: Unconfined }"), "appArmor", /is not allowed/],
  [
    "the node's rights on Windows",
    security("windowsOptions: { hostProcess: true }"),
    "windowsOptions",
    /is not allowed/,
  ],
  [
    "a port of the node",
    container("ports:\n  - containerPort: 80\n    hostPort: 80"),
    "hostPort",
    /hostPort is not allowed: .*port of the node/,
  ],
  [
    "an address of the node",
    container("ports: [{ containerPort: 80, hostIP: 127.0.0.1 }]"),
    "hostIP",
    /hostIP is not allowed/,
  ],
  [
    "devices of the node",
    container("volumeDevices: [{ name: v, devicePath: /dev/sda }]"),
    "volumeDevices",
    /is not allowed/,
  ],
  [
    "mounts that spread",
    container("volumeMounts: [{ name: v, mountPath: /v, mountPropagation: Bidirectional }]"),
    "volumeMounts",
    /mountPropagation is not allowed/,
  ],
  [
    "a mount outside",
    container("volumeMounts: [{ name: v, mountPath: /v/../../etc }]"),
    "volumeMounts",
    /mountPath must be an absolute path/,
  ],
  [
    "a part of a volume outside",
    container("volumeMounts: [{ name: v, mountPath: /v, subPath: ../x }]"),
    "volumeMounts",
    /subPath must be a relative path/,
  ],
  [
    "a part of a volume by a variable",
    container("volumeMounts: [{ name: v, mountPath: /v, subPathExpr: $(X) }]"),
    "volumeMounts",
    /subPathExpr is not allowed/,
  ],
  [
    "a variable from a Secret",
    container("env: [{ name: X, valueFrom: { secretKeyRef: { name: x, key: y } } }]"),
    "env:",
    /secretKeyRef\.name 'x' is not allowed: a deployment has one Secret/,
  ],
  [
    "variables from a Secret",
    container("envFrom:\n  - secretRef: { name: x }"),
    "secretRef",
    /secretRef\.name 'x' is not allowed/,
  ],
  [
    "another's configuration",
    container("envFrom:\n  - configMapRef:\n      name: theirs"),
    "name: theirs",
    /'theirs' is not among these manifests/,
  ],
  [
    "another's configuration, a key of it",
    container("env: [{ name: X, valueFrom: { configMapKeyRef: { name: theirs, key: y } } }]"),
    "env:",
    /not among these manifests/,
  ],
  [
    "the node's address",
    container("env: [{ name: X, valueFrom: { fieldRef: { fieldPath: status.hostIP } } }]"),
    "env:",
    /fieldPath must be 'metadata.name'/,
  ],
  [
    "a probe of another host",
    container("livenessProbe: { httpGet: { host: 169.254.169.254, port: 80 } }"),
    "livenessProbe",
    /httpGet\.host is not allowed: the node itself/,
  ],
  [
    "a probe of another host, by TCP",
    container("readinessProbe: { tcpSocket: { host: 10.0.0.1, port: 80 } }"),
    "readinessProbe",
    /tcpSocket\.host is not allowed/,
  ],
  [
    "a hook to another host",
    container("lifecycle:\n  postStart: { httpGet: { host: 10.0.0.1, port: 80 } }"),
    "postStart",
    /host is not allowed/,
  ],
  [
    "devices by resources",
    container("resources: { limits: { nvidia.com/gpu: 1 } }"),
    "resources",
    /nvidia.com\/gpu is not allowed/,
  ],
  ["claims", container("resources: { claims: [{ name: gpu }] }"), "resources", /claims is not allowed/],
  [
    "an image that is none",
    container("workingDir: /").replace("nginx:1.29", "nginx; rm -rf /"),
    "image:",
    /image is not the name of an image/,
  ],
  [
    "a number where text must be",
    container("env:\n  - name: X\n    value: 8080"),
    "value: 8080",
    /value must be text, not a number: put it in quotes/,
  ],
  [
    "a file that the node reads",
    container("terminationMessagePath: /etc/shadow"),
    "terminationMessagePath",
    /is not allowed/,
  ],
  [
    "init containers too",
    pod("initContainers:\n  - name: i\n    image: x\n    securityContext: { privileged: true }"),
    "privileged",
    /initContainers\[0\]\.securityContext\.privileged/,
  ],
];

const volumes: readonly HostileCase[] = [
  [
    "a host path",
    volume("hostPath: { path: / }"),
    "hostPath",
    /volumes\[0\]\.hostPath is not allowed: it opens the files of the node/,
  ],
  ["a Secret", volume("secret: { secretName: x }"), "secret:", /secret is not allowed/],
  [
    "a token of the cluster",
    volume("projected: { sources: [{ serviceAccountToken: { path: t } }] }"),
    "projected",
    /projected is not allowed: it can hold a token/,
  ],
  ["a claim", volume("persistentVolumeClaim: { claimName: db }"), "persistentVolumeClaim", /is not allowed/],
  ["a claim that is made", volume("ephemeral: {}"), "ephemeral", /is not allowed/],
  ["a driver", volume("csi: { driver: secrets-store.csi.k8s.io }"), "csi", /is not allowed/],
  ["NFS", volume("nfs: { server: 10.0.0.1, path: / }"), "nfs", /is not allowed/],
  ["git", volume("gitRepo: { repository: 'https://x' }"), "gitRepo", /is not allowed/],
  [
    "a volume that nobody knows yet",
    volume("hostThing: {}"),
    "hostThing",
    /is not allowed: manifests do not have this field/,
  ],
  [
    "another's configuration as files",
    volume("configMap: { name: theirs }"),
    "configMap",
    /'theirs' is not among these manifests/,
  ],
];

const objects: readonly HostileCase[] = [
  [
    "another namespace",
    metadata("namespace: kube-system"),
    "namespace",
    /metadata\.namespace is not allowed: the platform decides/,
  ],
  ["finalizers", metadata("finalizers: [x/y]"), "finalizers", /is not allowed: it could not be removed/],
  ["owners", metadata("ownerReferences: [{ apiVersion: v1, kind: Node, name: n, uid: u }]"), "owner", /is not allowed/],
  ["the cluster's own fields", metadata("managedFields: []"), "managedFields", /is not allowed/],
  [
    "a name that is none",
    metadata("labels: {}").replace("name: web\n", "name: ../web\n"),
    "name: ../web",
    /metadata\.name must be of small letters/,
  ],
  [
    "annotations of an ingress controller",
    metadata("annotations:\n    nginx.ingress.kubernetes.io/server-snippet: x"),
    "nginx.ingress",
    /is not allowed: programs of the cluster obey annotations/,
  ],
  [
    "annotations of name servers",
    metadata("annotations: { external-dns.alpha.kubernetes.io/hostname: x }"),
    "annotations",
    /is not allowed/,
  ],
  [
    "a pod that passes for the cluster's DNS",
    pod("").replace("{ labels: { app: web } }", "{ labels: { app: web, k8s-app: kube-dns } }"),
    "k8s-app",
    /k8s-app is not allowed: .*DNS/,
  ],
  [
    "annotations of pods",
    podMetadata("annotations: { container.apparmor.security.beta.kubernetes.io/web: unconfined }"),
    "metadata: {",
    /is not allowed/,
  ],
  [
    "labels of the platform",
    podMetadata("name: x").replace("app: web }, name: x", "app: web, platform.io/project: other }"),
    "metadata: {",
    /platform\.io\/project is not allowed: labels/,
  ],
  ["labels of a mesh", metadata("labels: { sidecar.istio.io/inject: 'true' }"), "labels: { s", /is not allowed/],
  [
    "managed by the platform",
    metadata("labels: { app.kubernetes.io/managed-by: platform }"),
    "labels: { app.k",
    /is not allowed/,
  ],
  ["a status", pod("", "", "status: { replicas: 1 }\n"), "status", /status is not allowed/],
  ["too many pods", spec("replicas: 100000"), "replicas", /replicas must be at most 50/],
  ["less than no pods", spec("replicas: -1"), "replicas", /replicas must be at least 0/],
  ["half a pod", spec("replicas: 1.5"), "replicas", /must be a whole number/],
  [
    "a Deployment of an old version",
    pod("").replace("apps/v1", "extensions/v1beta1"),
    "extensions",
    /apiVersion must be 'apps\/v1'/,
  ],
  [
    "pods that are not its own",
    pod("").replace("matchLabels: { app: web }", "matchLabels: { app: theirs }"),
    "selector",
    /does not fit the pods/,
  ],
  [
    "pods by expressions",
    pod("").replace("matchLabels: { app: web }", "matchLabels: { app: web }, matchExpressions: []"),
    "selector",
    /matchExpressions is not allowed/,
  ],
  [
    "all pods",
    pod("").replace("matchLabels: { app: web }", "matchLabels: {}"),
    "selector",
    /must name at least one label/,
  ],
  ["a port of every node", service("type: NodePort"), "type:", /spec\.type must be "ClusterIP": .* needs an Ingress/],
  ["a load balancer", service("type: LoadBalancer"), "type:", /must be "ClusterIP"/],
  [
    "another host by a name",
    service("type: ExternalName\n  externalName: metadata.google.internal"),
    "type:",
    /must be "ClusterIP"/,
  ],
  [
    "another's addresses",
    service("externalIPs: [10.0.0.1]"),
    "externalIPs",
    /is not allowed: it would take what is sent/,
  ],
  ["an address of choice", service("clusterIP: 10.96.0.10"), "clusterIP", /must be "None"/],
  [
    "a node's port by number",
    service("sessionAffinity: None").replace("{ port: 80 }", "{ port: 80, nodePort: 30000 }"),
    "ports:",
    /nodePort is not allowed/,
  ],
  [
    "another's pods",
    service("sessionAffinity: None").replace("selector: { app: web }\n  ports", "selector: { app: theirs }\n  ports"),
    "app: theirs",
    /does not fit the pods/,
  ],
  [
    "another's host",
    ingress(rule("production.theirs.example")),
    "host:",
    /'production.theirs.example' is not allowed: this deployment answers at production.shop.example/,
  ],
  ["a host that ends alike", ingress(rule("xproduction.shop.example")), "host:", /is not allowed/],
  ["every host", ingress(rule('"*.shop.example"')), "host:", /is not allowed/],
  ["no host at all", ingress(rule("")), "http:", /rules\[0\]\.host is missing/],
  [
    "all that is left",
    ingress(`${rule("production.shop.example")}\ndefaultBackend: { service: { name: web } }`),
    "defaultBackend",
    /is not allowed: it would take/,
  ],
  [
    "another way in",
    ingress(`${rule("production.shop.example")}\ningressClassName: internal`),
    "ingressClassName",
    /is not allowed/,
  ],
  [
    "another's certificate",
    ingress(`${rule("production.shop.example")}\ntls: [{ hosts: [production.shop.example], secretName: x }]`),
    "secretName",
    /is not allowed/,
  ],
  [
    "a certificate of another's host",
    ingress(`${rule("production.shop.example")}\ntls: [{ hosts: [theirs.example] }]`),
    "theirs.example",
    /is not allowed/,
  ],
  ...[
    '"/\\n}\\nproxy_pass http://x"',
    '"/;return 200"',
    "'/{a}'",
    '"/\'x"',
    "'/\"x'",
    "/ x",
    "/$x",
    "/\\x",
    "/(x)",
    "/#x",
  ].map(
    (path): HostileCase => [
      `a path that a controller would read as more than one: ${path}`,
      ingress(rule("production.shop.example", "web", path)),
      "paths:",
      /path must be the path of a URL/,
    ],
  ),
  [
    "another's Service",
    ingress(rule("production.shop.example", "theirs")),
    "paths:",
    /'theirs' is not among these manifests/,
  ],
  [
    "another's Deployment to scale",
    object(
      "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler",
      "spec:\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: theirs }\n  maxReplicas: 2\n",
    ),
    "scaleTargetRef",
    /'theirs' is not among these manifests/,
  ],
  [
    "another's metrics",
    object(
      "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler",
      "spec:\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }\n  maxReplicas: 2\n  metrics: [{ type: External, external: {} }]\n",
    ),
    "metrics",
    /type must be 'Resource' or 'ContainerResource'/,
  ],
  [
    "another's pods to keep",
    object(
      "apiVersion: policy/v1\nkind: PodDisruptionBudget",
      "spec: { maxUnavailable: 0, selector: { matchLabels: { app: theirs } } }\n",
    ),
    "theirs",
    /does not fit the pods/,
  ],
  [
    "configuration for ever",
    object("apiVersion: v1\nkind: ConfigMap", "immutable: true\n"),
    "immutable",
    /is not allowed/,
  ],
  [
    "a file's name that leads away",
    object("apiVersion: v1\nkind: ConfigMap", "data:\n  ../x: y\n"),
    "../x",
    /is not the name of a file/,
  ],
];

const files: readonly HostileCase[] = [
  ["the same object twice", pod("", "", `---\n${pod("")}`), "!second name: web\n", /metadata\.name is there twice/],
  [
    "no Deployment",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }",
    "apiVersion",
    /the file holds no Deployment/,
  ],
  ["nothing", "# nothing\n---\n", "# nothing", /the file holds no Deployment/],
  ["no manifest", another("- a"), "- a", /document 2 is no manifest/],
  ["no kind", another("apiVersion: v1"), "apiVersion: v1\n", /document 2: kind is missing/],
  ["a key twice", metadata("name: other"), "name: other", /the key 'name' is here twice/],
  ["no YAML", "a: [b", "a: [b", /not valid YAML/],
  ["bytes", pod("hostname: !!binary aGk="), "hostname", /not valid YAML|only text/],
  ["programs", pod("x: !!js/function 'x'"), "x: !!js", /not valid YAML/],
  ["an alias of nothing", pod("x: *nothing"), "x: *nothing", /no anchor 'nothing'/],
  [
    "aliases that grow",
    another(
      `a: &a [x, x, x, x, x, x, x, x, x, x]\n${[..."bcdefg"].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[index]}`).join(", ")}]`).join("\n")}`,
    ),
    "a: &a",
    /holds too much once its aliases are replaced|nested/,
  ],
  ["aliases in a circle", another("a: &a [*a]"), "a: &a", /nested more than 32 deep/],
  [
    "a privileged container by an anchor",
    `x: &x { privileged: true }\n---\n${pod("")}`,
    "x: &x",
    /document 1: kind is missing/,
  ],
  ["a merge that hides", security("<<: { privileged: true }"), "privileged: true", /privileged must be false/],
];

/** What nobody may have applied, by what it is about; the deployment answers at `production.shop.example`. */
export const hostileManifests = { kinds, pods, containers, volumes, objects, files };
