/** Properties that a stylesheet or a custom property may have set; a figure outside the page has neither. */
const painted = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'fill-opacity', 'stroke-opacity', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'] as const;

const svgNamespace = 'http://www.w3.org/2000/svg';

/** The figure as a file of its own: every colour and font written out, the title above, the ground behind. */
export function figureSvg(svg: SVGSVGElement, title: string): { readonly text: string; readonly width: number; readonly height: number } {
  const { width, height } = svg.getBoundingClientRect();
  const titleHeight = 28;
  const page = getComputedStyle(document.documentElement);
  const copy = svg.cloneNode(true) as SVGSVGElement;
  inline(svg, copy);
  copy.removeAttribute('style');
  copy.removeAttribute('class');
  copy.removeAttribute('tabindex');
  copy.setAttribute('x', '0');
  copy.setAttribute('y', String(titleHeight));
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));

  const root = document.createElementNS(svgNamespace, 'svg');
  const full = height + titleHeight;
  root.setAttribute('xmlns', svgNamespace);
  root.setAttribute('viewBox', `0 0 ${width} ${full}`);
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(full));
  const ground = document.createElementNS(svgNamespace, 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', page.getPropertyValue('--ground').trim());
  const heading = document.createElementNS(svgNamespace, 'text');
  heading.setAttribute('x', '8');
  heading.setAttribute('y', '19');
  heading.setAttribute('font-family', page.getPropertyValue('--font').trim());
  heading.setAttribute('font-size', '13');
  heading.setAttribute('font-weight', '600');
  heading.setAttribute('fill', page.getPropertyValue('--text').trim());
  heading.textContent = title;
  root.append(ground, heading, copy);
  return { text: new XMLSerializer().serializeToString(root), width, height: full };
}

function inline(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  if (style.display === 'none' || style.visibility === 'hidden' || from.classList.contains('screen-only')) {
    to.remove();
    return;
  }
  for (const name of painted) {
    const value = style.getPropertyValue(name);
    if (value !== '' && value !== 'normal' && value !== 'auto') to.setAttribute(name, value);
  }
  to.removeAttribute('class');
  to.removeAttribute('style');
  const children = [...from.children];
  const copies = [...to.children];
  children.forEach((child, index) => inline(child, copies[index]!));
}

/** The same figure as pixels, twice as dense as the screen shows it. */
export async function figurePng(svg: SVGSVGElement, title: string, density = 2): Promise<Uint8Array> {
  const { text, width, height } = figureSvg(svg, title);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser gives no canvas to draw the PNG on');
  context.scale(density, density);
  context.drawImage(image, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the PNG could not be encoded');
  return new Uint8Array(await blob.arrayBuffer());
}
