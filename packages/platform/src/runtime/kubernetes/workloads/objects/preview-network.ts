import type { V1NetworkPolicySpec } from "@kubernetes/client-node";
import type { Manifest } from "../../../workload.ts";

/** Networks and addresses that are a network's or a cloud's own, as `kubernetes/base/agents/network.yaml` has them too. */
const privateNetworks = {
  "0.0.0.0/0": [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"],
    ...["172.16.0.0/12", "192.168.0.0/16"],
  ],
  "::/0": [
    ...["::1/128", "64:ff9b::/104", "64:ff9b::a00:0/104", "64:ff9b::6440:0/106", "64:ff9b::7f00:0/104"],
    ...["64:ff9b::a83f:8110/128", "64:ff9b::a9fe:0/112", "64:ff9b::ac10:0/108", "64:ff9b::c0a8:0/112"],
    ...["64:ff9b:1::/48", "fc00::/7", "fe80::/10"],
  ],
} as const;

const spec: V1NetworkPolicySpec = {
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [
    {
      to: [{ namespaceSelector: {}, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
    { to: Object.entries(privateNetworks).map(([cidr, except]) => ({ ipBlock: { cidr, except: [...except] } })) },
    {
      to: [
        {
          namespaceSelector: { matchLabels: { "app.kubernetes.io/part-of": "platform" } },
          podSelector: { matchLabels: { "app.kubernetes.io/name": "platform" } },
        },
      ],
      ports: [{ protocol: "TCP", port: 8080 }],
    },
  ],
};

/**
 * Any branch has a preview, and agents push branches: it reaches no more of the network than agents do, with the platform
 * itself, to which it sends its telemetry.
 */
export const previewNetwork: Manifest = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "internet" },
  spec,
};
