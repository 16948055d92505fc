/** What the function's code says is what its shortened code says: of programs that break a rule of one transformation, and at random. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortened } from '../../../build/bundle.ts'
import { fuzzRuns } from '../../runs.ts'

const RUNS = fuzzRuns(500)

let count = 0

/** `handler` of a module, for the list 3, 4, 5: what it gives, what it wrote to the list `log`, or what it threw. */
async function resultOf(module: string): Promise<string> {
  // Of one text, Node makes one module, whose variables would go on from the last time.
  count += 1
  const { handler } = await import(
    /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(`${module}//${count}`)}`
  )
  const log: unknown[] = []
  try {
    return JSON.stringify([await handler([3, 4, 5], log), log])
  } catch (error) {
    return `${(error as Error).name} ${JSON.stringify(log)}`
  }
}

const PROGRAMS: Record<string, string> = {
  'a parameter that is not passed, and set under a condition':
    'const f=(a,b)=>{if(a>3)b=a;return b};export function handler(l){return l.map(x=>f(x))}',
  'one that is set only where there is none':
    'const f=(a,b)=>{b=b||{};b[a]=1;return b};export function handler(l){return l.map(x=>f(x))}',
  'one that is added to': 'const f=(a,b)=>(b+=a,b);export function handler(l){return l.map(x=>f(x))}',
  'one in a loop, which keeps nothing':
    'const f=(a,b)=>(a<4&&(b=a),b);export function handler(l,r){for(const i in l)r.push(f(l[i]))}',
  'a variable of the module that changes before it is read':
    'let n=0;const g=()=>{n+=1;return n};const f=a=>[g(),g(),a];export function handler(l){g();return f(n)}',
  'a regular expression with a place':
    'const f=(a,b)=>[a.test(b),a.test(b),a.lastIndex];export function handler(l){return f(/x/g,"ax"+l)}',
  'a member that is called without its object':
    'const f=a=>a.m;export function handler(l){const o={v:1,m:function(){return this&&this.v}};l.push(o);return f(o)(1)}',
  'a member that is not removed': 'const f=a=>a.x;export function handler(l){const o={x:1};delete f(o);return o}',
  'more arguments than parameters':
    'const f=a=>a+1;export function handler(l){let n=0;const r=f(l[0],n=5);return[r,n]}',
  'a number with a member': 'const f=a=>a.toFixed(2)+a;export function handler(l){return f(5)}',
  'a var under a condition':
    'export function handler(l){return l.map(x=>{if(x>3){var y=x}return y===undefined?"none":y})}',
  'a var of a loop that did not begin':
    'export function handler(l){return l.map(x=>{for(var k in(x>3?{a:1}:{})){}return k===undefined?"none":k})}',
  'a var of a loop that goes through itself':
    'export function handler(l){return l.map((x,i)=>{for(var k in k){x+=k}return[x,i]})}',
  'a var of one case':
    'export function handler(l){return l.map(x=>{switch(x){case 3:var y=x;break;case 4:return y===undefined}return 0})}',
  'a var in a try that throws':
    'export function handler(l){return l.map(x=>{try{if(x<5)null.x;var y=x}catch(e){return y===undefined}return y})}',
  'a var that a function reads first':
    'export function handler(l){return l.map(x=>{const r=g();var y=x;function g(){return y===undefined}return[r,y,g()]})}',
  'constants that are called text1 already':
    'export function handler(l,r){const text0=l.concat("a longer text"),text1=l.concat("a longer text");r.push(text0);r.push(text1);return[text0,text1,"a longer text"]}',
  'words that stand before and behind texts':
    'const f=a=>{if(a.m)return"a longer text";switch(a){case"a longer text":return typeof"a longer text";default:return"a longer text"in a}};export function handler(l){return[f({m:1}),f("a longer text"),f({"a longer text":1}),f({})]}',
  'functions in blocks that hold on to variables of one name':
    'export function handler(l,r){let f;if(l){let x=l[0];f=()=>x;r.push(x,x)}if(l){let x=l[1];r.push(x,x)}return f()}',
  'a constant made by a function that stands behind it':
    'const T=make([1]);function make(a){return a.concat(a)}export function handler(l){return T.concat(T,l)}',
  'a name that stands for a variable already':
    'const f_a=[10];const f=a=>a+a;export function handler(l){l.push(f_a);return f(l.length)+f_a[0]+f_a}',
  'an argument that waits':
    'const f=(a,b)=>[a,b];export async function handler(l){let n=1;const p=(async()=>{await 0;n=2})();return f(n,await p)}',
  'arguments that are a list': 'const f=a=>a+1;export function handler(l){return f(...l)}',
  'a last call of what has a variable of the same name':
    'const f=(a,b)=>{for(let i=0;i<1;i+=1)if(a>9)return b;let n=[a];n.push(b);return n};export function handler(l){let n=l.length;for(let k=0;k<1;k+=1)l.push(k);return f(n+1,n)}',
  'a last call of what has a parameter of the same name':
    'const f=(n,m)=>{for(let i=0;i<1;i+=1)if(n>9)return m;n=n+1;return[n,m]};export function handler(l){let n=l.length,m=n;for(let k=0;k<1;k+=1)l.push(k);return f(m,n)}',
  'a last call of what reads a constant of the same name':
    'const v=[7];const f=a=>{for(let i=0;i<1;i+=1)if(a>9)return v;return v.concat(a)};export function handler(l){let v=l.length;for(let k=0;k<1;k+=1)l.push(k);return f(v+1)}',
  'a last call that changes what it passes':
    'const f=(n,b)=>{for(let i=0;i<1;i+=1)if(n>9)return b;return[n,b]};export function handler(l){let n=l.length;for(let k=0;k<1;k+=1)l.push(k);return f(n,n=2)}',
  'a last call of what changes a parameter that is a constant of the caller':
    'const f=(n,b)=>{for(let i=0;i<2;i+=1)n+=b;return n};export function handler(l){const n=l.length;for(let k=0;k<1;k+=1)l.push(k);return f(n,2)}',
  'a last call with fewer arguments than parameters':
    'const f=(n,b)=>{for(let i=0;i<1;i+=1)if(n>9)return b;return[n,b]};export function handler(l){let n=l.length;for(let k=0;k<1;k+=1)l.push(k);return f(n)}',
  'a last call of what another calls':
    'const f=n=>{for(let i=0;i<1;i+=1)if(n>9)return 1;return[n]};export function handler(l){let n=l.length;for(let k=0;k<1;k+=1)if(l[k]>5)return f(n);return f(n)}',
  'a last call of what calls the caller':
    'const f=(n,r)=>{for(let i=0;i<1;i+=1)if(n>2)return handler([],r);return[n]};export function handler(l,r){let n=l.length;for(let k=0;k<1;k+=1)l.push(k);return f(n,r)}',
  'a last call, where a function holds on to what is passed':
    'const f=(n,r)=>{n+=1;for(let i=0;i<1;i+=1)if(n>9)return 1;return[n,r[0]()]};export function handler(l,r){let n=l.length;r.push(()=>n);for(let k=0;k<1;k+=1)l.push(k);return f(n,r)}',
  'a last call behind an await':
    'const f=n=>{for(let i=0;i<1;i+=1)if(n>9)return 1;return[n]};export async function handler(l){let n=await l.length;for(let k=0;k<1;k+=1)l.push(k);return f(n)}',
  'a function that makes objects': 'function F(){}F.prototype={x:1};export function handler(l){return new F().x}',
  'one that makes objects under another name':
    'function F(a){return{a}}const G=F;export function handler(l){return new G(l)}',
  'one that an object may be made by': 'function F(){}export function handler(l){return l instanceof F}',
  'a constant of the module that is read too early':
    'var b=f();var a="late",c=1;function f(){return a}export function handler(){return[b===undefined,c,c]}',
  'an accessor that calls':
    'const f=a=>[a,a];export function handler(l){const o={get x(){return f(l[0]*2)},y:1};return[o.x,o.x,o.y]}',
  'what is done at last, whatever happened':
    'export function handler(l,r){return l.map((x,i)=>{try{if(x>3)null.x;var y=x}catch(e){r.push(e.name)}finally{r.push(y)}return[i,y]})}',
  'a block that is left early':
    'export function handler(l){return l.map((x,i)=>{a:{if(x>3)break a;var y=x}return[i,y]})}',
  'one that is called in itself, with variables of its own':
    'const f=(a,b)=>a*b;const g=a=>{if(a<1)return[];const b=f(a+1,a);return g(a-1).concat(b)};export function handler(l){return g(l[2])}',
}

describe('says the same', () => {
  it.each(Object.entries(PROGRAMS))('%s', async (_, module) => {
    const before = await resultOf(module)
    const { plain, code } = await shortened(module)
    expect(await resultOf(plain)).toBe(before)
    expect(await resultOf(code)).toBe(before)
  })

  it.each([
    'export function handler(l){const[a,b]=l;return a+b}',
    'export function handler(l){return[...l]}',
    'export function handler({a}){return a}',
    'export function handler(l,a=1){return a}',
    'export function handler(l){for(const x of l)return x}',
    'export function handler(l){return{[l]:1}}',
    'function*f(){yield 1}export function handler(l){return f()}',
    'class A{}export function handler(l){return new A}',
  ])('or is refused: %s', async (module) => {
    await expect(shortened(module)).rejects.toThrow('Transform failed')
  })

  it('puts what is called last in the place of the call, but not behind an await', async () => {
    const module = (waits: boolean) =>
      `const last=(n,b)=>{for(let i=0;i<n;i+=1)if(i>b)return n;return[n,b]};export async function handler(l){const n=${waits ? 'await ' : ''}l.length;for(let k=0;k<1;k+=1)l.push(k);return last(n,l.length)}`
    expect((await shortened(module(false))).plain).not.toContain('last(')
    expect((await shortened(module(true))).plain).toContain('last(')
  })

  it('makes arrow functions of those that say `this` only in one of their own', async () => {
    const module =
      'function f(a){const g=function(){return this};return a?g:0}export function handler(l){return[f(1),f(l),f(0)]}'
    expect((await shortened(module)).code).not.toMatch(/function \w+\(\w+\)\{var/)
    const own = 'function f(){return this}export function handler(){return f.call(5)+f.call(6)}'
    expect(await resultOf((await shortened(own)).code)).toBe(await resultOf(own))
  })

  it('of programs at random', async () => {
    let inPlace = 0
    await fc.assert(
      fc.asyncProperty(program, async (module) => {
        const before = await resultOf(module)
        // A variable that is read before its own `let` is an error that `tsc` finds; with `var` it is none.
        fc.pre(!before.startsWith('ReferenceError'))
        const { plain, code } = await shortened(module)
        if (/\bf\d_/.test(plain)) inPlace += 1
        expect(await resultOf(plain), plain).toBe(before)
        expect(await resultOf(code), code).toBe(before)
      }),
      { numRuns: RUNS },
    )
    // Else this would show nothing.
    expect(inPlace).toBeGreaterThan(RUNS / 5)
  })
})

/**
 * Variables that an expression may read and change; all but those of the module are numbers, lists, functions or nothing. `waits`: in
 * what is async, where other functions may be called meanwhile.
 */
type Scope = { names: readonly string[]; calls: readonly string[]; waits?: boolean }

const AT_MOST = 3

function expression(scope: Scope, depth: number): fc.Arbitrary<string> {
  const name = fc.constantFrom(...scope.names)
  const leaf = fc.oneof(name, fc.constantFrom('0', '1', '2', '"a text"', '"length"', 'null', 'm0', 'm1'))
  if (depth <= 0) return leaf
  const inner = expression(scope, depth - 1)
  const pair = fc.tuple(inner, inner)
  const kinds = [
    leaf,
    fc
      .tuple(name, fc.constantFrom('=', '+=', '=', '||='), inner)
      .map(([a, how, b]) => (how === '||=' ? `(${a}=${a}||${b})` : `(${a}${how}${b})`)),
    fc.constantFrom('(m0+=1)', '(m1=m0)', '(log.length<30&&log.push(m0))'),
    pair.chain((two) => fc.constantFrom('+', '===', '&&', '||', ',', '<').map((sign) => `(${two.join(sign)})`)),
    fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a}?${b}:${c})`),
    inner.map((a) => `!${a}`),
    inner.map((a) => `"a text".concat(${a}).length`),
    pair.map(([a, b]) => `[${a},${b}]`),
    pair.map(([a, b]) => `({length:${a},b:${b}}).length`),
    inner.map((a) => `see(${a},log)`),
    name.map((a) => `go(${a})`),
  ]
  if (scope.calls.length === 0) return fc.oneof(...kinds)
  const still = scope.waits ? expression({ ...scope, waits: false }, depth - 1) : inner
  const changing = fc.tuple(name, still).map(([a, b]) => `fn(()=>(${a}=${b}))`)
  if (scope.waits) kinds.push(changing.map((f) => `later(${f})`))
  if (scope.waits) kinds.push(inner.map((a) => `(await ${a})`))
  const args = fc.array(fc.oneof({ weight: 4, arbitrary: inner }, changing), { maxLength: 4 })
  const called = fc.tuple(fc.constantFrom(...scope.calls), args).map(([f, list]) => `${f}(${['log', ...list].join()})`)
  return fc.oneof(...kinds, { weight: 5, arbitrary: called })
}

/** Statements of a function, in blocks and loops, with variables of their own. */
function statements(scope: Scope, depth: number): fc.Arbitrary<string> {
  const value = expression(scope, 2)
  const still = expression({ ...scope, waits: false }, 2)
  const name = fc.constantFrom(...scope.names)
  const fresh = fc.constantFrom('x', 'y', 'z')
  const simple = fc.oneof(
    fc.tuple(name, value).map(([a, b]) => `${a}=${b};`),
    value.map((a) => `see(${a},log);`),
    fc.tuple(value, value).map(([a, b]) => `if(${a})return ${b};`),
  )
  if (depth <= 0) return simple
  const bodyWith = (more: string) => statements({ ...scope, names: [...scope.names, more] }, depth - 1)
  const block = fc.tuple(fresh, fc.constantFrom('let', 'var')).chain(([own, kind]) =>
    fc.tuple(value, bodyWith(own)).map(([a, b]) => {
      const name = `${own}_${kind}`
      return `{${kind} ${name}=${a};${b.replaceAll(new RegExp(`\\b${own}\\b`, 'g'), name)}}`
    }),
  )
  const nested = fc.oneof(
    fc.tuple(value, block).map(([a, b]) => `if(${a})${b}`),
    block.map((b) => `for(let i=0;i<2;i+=1)${b}`),
    block.map((b) => `for(const k in{a:1,b:2})${b}`),
    fc.tuple(value, block).map(([a, b]) => `try{see(${a},log);null.x}catch(e)${b}`),
    fc.tuple(value, block).map(([a, b]) => `switch(${a}){case 1:${b}break;default:${b}}`),
    fc.tuple(name, still).map(([a, b]) => `{const h=()=>{${a}=${b}};h();see(${a},log)}`),
    fc.tuple(still, still).map(([a, b]) => `see([1,2,3].map(q=>{let w=${a};if(q>1)w=${b};return [q,w]}),log);`),
    block,
  )
  return fc
    .array(fc.oneof(simple, { weight: 2, arbitrary: nested }), { minLength: 1, maxLength: AT_MOST })
    .map((list) => list.join(''))
}

/** Functions that call those before them, each with parameters that not every call passes, and one that calls the last ones. */
const program: fc.Arbitrary<string> = fc
  .tuple(
    ...[0, 1, 2, 3].map((at) => {
      const calls = Array.from({ length: at }, (_, i) => `f${i}`)
      const scope = { names: ['a', 'b', 'c', 'd'], calls }
      const value = expression(scope, 2)
      return fc.oneof(
        { weight: 2, arbitrary: value.map((body) => `const f${at}=(log,a,b,c)=>{let d=1;return ${body}};`) },
        value.map((body) => `const f${at}=(log,a,b,c,d)=>${body};`),
        fc
          .tuple(statements(scope, 2), value)
          .map(([all, end]) => `function f${at}(log,a,b,c){let d=a;${all}return ${end}}`),
      )
    }),
    statements({ names: ['a', 'b', 'c'], calls: ['f0', 'f1', 'f2', 'f3'], waits: true }, 2),
    expression({ names: ['a', 'b', 'c'], calls: ['f1', 'f2', 'f3'], waits: true }, 3),
  )
  .map(
    (parts) =>
      `let m0=0,m1="a text",steps=0;const fn=f=>{f.toString=()=>"fn";return f};const later=f=>{Promise.resolve().then(f).catch(()=>0);return 1};const go=a=>typeof a==="function"&&steps<50?(steps+=1,a()):a;const see=(a,log)=>{if(log.length<30)log.push(a);return a};${parts.slice(0, 4).join('')}` +
      `export async function handler(l,log){let a=l[0],b=l[1],c;${parts[4]}return ${parts[5]}}`,
  )
