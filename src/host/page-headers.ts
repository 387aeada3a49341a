/**
 * The content security policy of the page, the same in both hosts: everything comes from the program itself, nothing is evaluated, nothing frames it
 * and it frames nothing. Only styles may stand inline (the component kit writes a <style> element; a report that is printed brings its own): they
 * can load nothing, because images and fonts are bound as well.
 */
export function contentPolicy(connectTo: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...connectTo].join(' '),
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Headers of every answer that serves a file of the page. */
export function pageHeaders(mimeType: string, connectTo: readonly string[] = []): Record<string, string> {
  return {
    'Content-Type': mimeType,
    'Content-Security-Policy': contentPolicy(connectTo),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
    'Cache-Control': 'no-cache',
  };
}
