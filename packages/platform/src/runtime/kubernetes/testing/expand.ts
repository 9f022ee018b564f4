/** What a kubelet makes of `$(NAME)` and `$$` in a variable's value, a command or an argument (its `expansion.Expand`). */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) =>
    name === undefined ? "$" : (variables[name] ?? found),
  );
}
