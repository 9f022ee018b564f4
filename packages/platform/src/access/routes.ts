import type { Route } from "../http/route.ts";
import { tokenRoutes } from "../tokens/routes.ts";
import { userRoutes } from "../users/routes.ts";
import { serviceAccountRoutes } from "../users/service-account-routes.ts";
import { userAccessRoutes } from "../users/user-access-routes.ts";
import { assignmentRoutes } from "./assignment-routes.ts";
import { attemptLimiter } from "./attempt-limiter.ts";
import { authRoutes } from "./auth-routes.ts";
import { delegationRoutes } from "./delegation-routes.ts";
import { explainRoutes } from "./explain-routes.ts";
import { roleRoutes } from "./role-routes.ts";

/** How often a password may be tried for one name. */
const passwordLimit = { attempts: 10, windowSeconds: 300 };

/** Who there is, how they prove it, and what they may do. */
export function accessRoutes({ secureCookies }: { readonly secureCookies: boolean }): readonly Route[] {
  const attempts = attemptLimiter(passwordLimit);
  return [
    ...authRoutes({ attempts, secureCookies }),
    ...explainRoutes,
    ...userRoutes(attempts),
    ...serviceAccountRoutes,
    ...userAccessRoutes,
    ...tokenRoutes,
    ...roleRoutes,
    ...assignmentRoutes,
    ...delegationRoutes,
  ];
}
