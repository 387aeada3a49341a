import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinKernel, openKernel, selectionCapacity, selectionSpareBytes } from '../../src/math/kernel.ts';

const PAGE = 65_536;

describe('the kernel’s memory', () => {
  test('is as large as was announced, leaves the first page to the compiler, and grows when more is reserved', () => {
    const kernel = openKernel({ sizeBytes: 3 * PAGE, shared: false });
    expect(kernel.memory.buffer.byteLength).toBeGreaterThanOrEqual(4 * PAGE);
    expect(kernel.memory.buffer.byteLength).toBeLessThanOrEqual(6 * PAGE);
    expect(kernel.reserve(2 * PAGE)).toBe(PAGE);
    const before = kernel.memory.buffer.byteLength;
    const far = kernel.reserve(10 * PAGE);
    expect(far).toBe(3 * PAGE);
    expect(kernel.memory.buffer.byteLength).toBeGreaterThanOrEqual(13 * PAGE);
    expect(kernel.memory.buffer.byteLength).toBeLessThan(before + 12 * PAGE);
    kernel.floats(far, 10 * PAGE / 4).fill(1);
    expect(kernel.bytes(far, 4)).toEqual(new Uint8Array(new Float32Array([1]).buffer));
    expect(kernel.words(far, 1)[0]).toBe(0x3f800000);
  });

  test('is shared with other threads only where that is asked for', () => {
    expect(openKernel({ sizeBytes: 0, shared: true }).memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(openKernel({ sizeBytes: 0, shared: false }).memory.buffer).toBeInstanceOf(ArrayBuffer);
  });

  test('reserved areas are aligned and never overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const kernel = openKernel({ sizeBytes: 0, shared: false });
        let end = PAGE;
        for (const size of sizes) {
          const at = kernel.reserve(size);
          expect(at % 64).toBe(0);
          expect(at).toBeGreaterThanOrEqual(end);
          end = at + size;
          expect(kernel.memory.buffer.byteLength).toBeGreaterThanOrEqual(end);
        }
      }),
    );
  });
});

describe('working space', () => {
  test('that is borrowed stays apart until it is given back, then serves again: the smallest that is large enough', () => {
    const kernel = openKernel({ sizeBytes: 0, shared: false });
    const large = kernel.borrow({ a: 400_000 });
    const small = kernel.borrow({ a: 100, b: 70_000 });
    expect(small.at.b - small.at.a).toBe(128);
    expect(large.at.a + 400_000).toBeLessThanOrEqual(small.at.a);
    const held = kernel.borrow({ a: 10 });
    expect([large.at.a, small.at.a]).not.toContain(held.at.a);
    large.release();
    small.release();
    expect(kernel.borrow({ a: 60_000 }).at.a).toBe(small.at.a);
    expect(kernel.borrow({ a: 60_000 }).at.a).toBe(large.at.a);
    const fresh = kernel.borrow({ a: 60_000 });
    expect([held.at.a, small.at.a, large.at.a]).not.toContain(fresh.at.a);
  });

  test('an area is asked for only what it holds: one byte more is another area', () => {
    const kernel = openKernel({ sizeBytes: 0, shared: false });
    const first = kernel.borrow({ a: 100_000 });
    first.release();
    // A quarter more is kept free in it.
    const again = kernel.borrow({ a: 125_000 });
    expect(again.at.a).toBe(first.at.a);
    again.release();
    expect(kernel.borrow({ a: 125_100 }).at.a).not.toBe(first.at.a);
  });

  test('scratch is the same space at every call, as long as it is large enough', () => {
    const kernel = openKernel({ sizeBytes: 0, shared: false });
    const one = kernel.scratch({ a: 100, b: 100 });
    expect(kernel.scratch({ a: 50 }).a).toBe(one.a);
    expect(one.b - one.a).toBe(128);
    const before = kernel.memory.buffer.byteLength;
    for (let i = 0; i < 50; i += 1) kernel.scratch({ a: 30_000 });
    expect(kernel.memory.buffer.byteLength).toBe(before);
  });
});

test('a kernel joined to another’s memory works within the area set aside for it, to its last byte and no further', () => {
  const owner = openKernel({ sizeBytes: 2 * PAGE, shared: true });
  const area = { address: owner.reserve(640), sizeBytes: 640 };
  const guest = joinKernel(owner.memory, area);
  expect(guest.memory).toBe(owner.memory);
  expect([guest.reserve(100), guest.reserve(512)]).toEqual([area.address, area.address + 128]);
  expect(() => guest.reserve(1)).toThrow(new RangeError('a working area of the kernel is full: 704 bytes wanted, 640 set aside'));
  expect(owner.reserve(64)).toBe(area.address + 640);
});

test('a selection of the best k has room to gather before it is cut, and to sort what it gathered', () => {
  expect([1, 48, 49, 1000].map(selectionCapacity)).toEqual([49, 96, 98, 2000]);
  expect(selectionSpareBytes(1000)).toBe(8 * 2000 + 3 * 2048 * 4);
});
