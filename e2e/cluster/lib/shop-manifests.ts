/** A web server's manifests, as an ops repo holds them, and what they hold besides. */
export const shopManifests = (more: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: {{ values.replicas }}
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      securityContext: { runAsNonRoot: true, runAsUser: 1000 }
      containers:
        - name: web
          image: {{ image_ref }}
          env: [{ name: PORT, value: "8080" }, { name: PLATFORM_ENVIRONMENT, value: "{{ values.greeting }}" }]
          envFrom: [{ secretRef: { name: "{{ environment }}" } }]
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http }, periodSeconds: 2 }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  selector: { app: shop }
  ports: [{ name: http, port: 80, targetPort: http }]
${more}`;

export const shopSettings = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: blue }
`;
