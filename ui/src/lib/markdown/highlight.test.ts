import { describe, expect, it } from 'vitest';
import { highlight } from './highlight';

describe('code in colours', () => {
  it('knows a language by the names that models write', async () => {
    for (const name of ['python', 'py', 'Python']) {
      expect(await highlight('def f(): pass', name)).toContain('hljs-keyword');
    }
  });

  it('draws what it does not know, or what is too long, plain', async () => {
    for (const name of ['', 'klingon', 'constructor', '__proto__', 'toString']) {
      expect(await highlight('x', name)).toBeNull();
    }
    expect(await highlight('x'.repeat(30_000), 'js')).toBeNull();
  });

  it('makes characters of tags, in every language', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(1)</script>&lt;';
    for (const name of ['xml', 'js', 'python', 'markdown', 'php', 'diff', 'css', 'bash']) {
      const page = document.createElement('div');
      page.innerHTML = (await highlight(hostile, name)) ?? '';
      expect(page.textContent).toBe(hostile);
      expect(page.querySelectorAll(':not(span)')).toHaveLength(0);
    }
  });
});
