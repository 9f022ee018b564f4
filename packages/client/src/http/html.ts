/** True for a web page: by its content type, or by how the body begins. */
export function isHtml(contentType: string | undefined, body = ""): boolean {
  return /^\s*(text\/html|application\/xhtml)/i.test(contentType ?? "") || /^\s*<(!doctype|html)\b/i.test(body);
}

/** What a page calls itself, unclean; undefined without a title. */
export function htmlTitle(html: string): string | undefined {
  const title = /<title[^>]*>([^<]*)/i.exec(html)?.[1]?.trim();
  return title === "" ? undefined : title;
}
