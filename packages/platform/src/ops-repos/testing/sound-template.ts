/** A template that uses much of what is allowed. */
export const soundTemplate = `# The shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{{ environment }}
  labels: &labels
    app: {{ project_name }}
    app.kubernetes.io/name: web
    environment: {{ environment }}
  annotations:
    description: "What it is: a shop"
spec:
  replicas: {{ values.replicas }}
  selector:
    matchLabels: *labels
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 25%, maxUnavailable: 0 } }
  template:
    metadata:
      labels: { <<: *labels, tier: front }
      annotations: { checksum/config: "1", prometheus.io/scrape: "true" }
    spec:
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
      automountServiceAccountToken: false
      initContainers:
        - name: prepare
          image: busybox:1.37
          command: [sh, -c, "echo ready > /work/ready"]
          volumeMounts: [{ name: work, mountPath: /work }]
      containers:
        - name: web
          image: {{ image_ref }}
          ports: [{ name: http, containerPort: 8080 }]
          env:
            - { name: GREETING, value: "{{ values.greeting }}" }
            - { name: POD, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
            - { name: COLOUR, valueFrom: { configMapKeyRef: { name: "web-{{ environment }}", key: colour } } }
          envFrom: [{ configMapRef: { name: "web-{{ environment }}" } }, { secretRef: { name: "{{ environment }}" } }]
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 1, memory: 1.5Gi } }
          readinessProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 2 }
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] }
          volumeMounts:
            - { name: work, mountPath: /work, readOnly: true }
            - { name: config, mountPath: /etc/web/web.conf, subPath: web.conf }
      volumes:
        - { name: work, emptyDir: { sizeLimit: 10Mi } }
        - name: config
          configMap: { name: "web-{{ environment }}", items: [{ key: web.conf, path: web.conf }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: "web-{{ environment }}" }
data:
  colour: blue
  web.conf: |
    host {{ host }};
    greeting "{{ values.greeting }}";
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: "{{ project_name }}", tier: front }
  ports: [{ port: 80, targetPort: http }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  rules:
    - host: "{{ host }}"
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
    - host: admin.{{ host }}
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: "web-{{ environment }}" }
  minReplicas: 2
  maxReplicas: 5
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 1
  selector: { matchLabels: { app: "{{ project_name }}" } }
---
`;
