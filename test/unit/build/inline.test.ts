import { describe, expect, it } from 'vitest'
import { withoutCalls, withParameters } from '../../../build/inline.ts'
import { parseModule } from '../../../build/syntax.ts'

const parameters = (code: string) => withParameters(code, parseModule(code))
const list = (count: number, text = (i: number) => `p${i}`) => Array.from({ length: count }, (_, i) => text(i)).join()

describe('variables as parameters', () => {
  it.each([
    ['var f=a=>{var b=a,c=b;return c}', 'var f=(a,b,c)=>{b=a,c=b;return c}'],
    ['var f=()=>{var b=1;return b}', 'var f=(b)=>{b=1;return b}'],
    ['var f=a=>{for(var i=0;i<a;i+=1){var b=i}}', 'var f=(a,i,b)=>{for(i=0;i<a;i+=1){b=i}}'],
    ['var f=a=>{for(var i in a){}}', 'var f=(a,i)=>{for(i in a){}}'],
    ['var f=a=>{if(a){var b=1}else{var b=2}}', 'var f=(a,b)=>{if(a){b=1}else{b=2}}'],
    ['var f=a=>{var b=c=>{var d=c;return d};return b}', 'var f=(a,b)=>{b=(c,d)=>{d=c;return d};return b}'],
    [`var f=(${list(14)})=>{var b=1}`, `var f=(${list(14)},b)=>{b=1}`],
  ])('%s', (code, expected) => {
    expect(parameters(code)).toBe(expected)
  })

  it.each([
    ['without a value', 'var f=a=>{var b;if(a)b=1;return b}'],
    ['of a block', 'var f=a=>{let b=a;return b}'],
    ['that are parameters already', 'var f=a=>{var a=1;return a}'],
    ['of what waits', 'var f=async a=>{var b=await a;return b}'],
    ['of what takes a rest', 'var f=(...a)=>{var b=a;return b}'],
    ['of a function of another kind', 'function f(a){var b=a;return b}'],
    ['where there are more than 15', `var f=(${list(15)})=>{var b=1}`],
  ])('not those %s', (_, code) => {
    expect(parameters(code)).toBe(code)
  })
})

describe('a function that is called in one place', () => {
  it.each([
    ['has its arguments where they are names', 'var f=a=>a+a,g=b=>f(b);', 'var f=0,g=b=>(b+b);'],
    ['has its arguments where they are literals', 'var f=(a,b)=>a+b,g=c=>f(c,1);', 'var f=0,g=c=>(c+(1));'],
    ['gets variables for what is an expression', 'var f=a=>a+a,g=b=>f(b.c);', 'var f=0,g=(b,f_a)=>(f_a=b.c,f_a+f_a);'],
    ['gets variables for its own', 'var f=(a,b)=>(b=a.c,b+b),g=d=>f(d);', 'var f=0,g=(d,f_b)=>(f_b=d.c,f_b+f_b);'],
    [
      'gets variables for what it changes',
      'var f=a=>(a+=1,a),g=b=>f(b)+b;',
      'var f=0,g=(b,f_a)=>(f_a=b,f_a+=1,f_a)+b;',
    ],
    ['does for nothing what nobody reads', 'var f=a=>1,g=b=>f(b()),h=c=>c;', 'var f=0,g=b=>(b(),1),h=c=>c;'],
    ['reads no member for nobody', 'var f=a=>1,g=b=>f(b.c),h=c=>c;', 'var f=0,g=b=>(1),h=c=>c;'],
    ['does for nothing what finds a member', 'var f=a=>1,g=b=>f(b[b()]),h=c=>c;', 'var f=0,g=b=>(b[b()],1),h=c=>c;'],
    ['leaves out a name that nobody reads', 'var f=(a,c)=>c,g=b=>f(b,b);', 'var f=0,g=b=>(b);'],
    ['keeps what it reads of the module', 'var x=1,f=a=>a+x,g=b=>f(b);', 'var x=1,f=0,g=b=>(b+x);'],
    ['keeps names of properties', 'var f=a=>({a:a.a,[a]:1}),g=b=>f(b);', 'var f=0,g=b=>({a:b.a,[b]:1});'],
    [
      'of statements',
      'var f=a=>a+1;function g(b){return f(b.c)}',
      'var f=0;function g(b){var f_a;return (f_a=b.c,f_a+1)}',
    ],
    [
      'gets all of what is in parentheses',
      'var f=a=>a+a,g=b=>f((b(),b.c));',
      'var f=0,g=(b,f_a)=>(f_a=(b(),b.c),f_a+f_a);',
    ],
    ['with others in it', 'var f=a=>a+1,g=b=>f(b)*2,h=c=>{return g(c)};', 'var f=0,g=0,h=c=>{return ((c+1)*2)};'],
    ['before it is there', 'var g=b=>f(b),f=a=>a+1;', 'var g=b=>(b+1),f=0;'],
    [
      'in one whose value is in parentheses',
      'var f=(a,b)=>(b=a,b),g=c=>(c=1,f(c));',
      'var f=0,g=(c,f_b)=>(c=1,(f_b=c,f_b));',
    ],
    [
      'in one that has as many parameters as it may have, and statements',
      `var f=a=>a+a,g=(${list(15)})=>{return f(p0.x)};`,
      `var f=0,g=(${list(15)})=>{var f_a;return (f_a=p0.x,f_a+f_a)};`,
    ],
    [
      'keeps no name that another argument changes',
      'var f=(a,b)=>a+b,g=c=>f(c,c=2);',
      'var f=0,g=(c,f_a,f_b)=>(f_a=c,f_b=c=2,f_a+f_b);',
    ],
    [
      'keeps no name that a function in it changes',
      'var f=(a,b)=>b()+a,g=c=>f(c,()=>{c=2});',
      'var f=0,g=(c,f_a,f_b)=>(f_a=c,f_b=()=>{c=2},f_b()+f_a);',
    ],
    [
      'keeps no name that a function beside it changes',
      'var f=(a,b)=>b()+a,g=c=>{var d=()=>{c=2};return f(c,d)};',
      'var f=0,g=(c,f_a)=>{var d=()=>{c=2};return (f_a=c,d()+f_a)};',
    ],
    ['keeps no name of a function around', 'var f=a=>a+a,g=c=>d=>f(c);', 'var f=0,g=c=>(d,f_a)=>(f_a=c,f_a+f_a);'],
  ])('%s', (_, code, expected) => {
    expect(withoutCalls(code)).toBe(expected)
  })

  it.each([
    ['called twice', 'var f=a=>a,g=b=>f(b)+f(b);'],
    ['passed on', 'var f=a=>a,g=b=>b.map(f);'],
    ['exported', 'var f=a=>a,g=b=>f(b);export{f};'],
    ['called where the module is made', 'var f=a=>a,g=f(1);'],
    ['that has statements', 'var f=a=>{return a},g=b=>f(b);'],
    ['that has a function', 'var f=a=>()=>a,g=b=>f(b);'],
    ['that waits', 'var f=async a=>await a,g=b=>f(b);'],
    ['that reads what means something else there', 'var x=1,f=a=>a+x,g=(b,x)=>f(b);'],
    ['that reads what is an error there', 'var x=1,f=a=>a+x,g=b=>{try{}catch(x){f(b)}};'],
    ['that is passed less than it reads', 'var f=(a,b)=>a+b,g=c=>f(c);'],
    ['that reads what it changes', 'var f=(a,b)=>(a(b),b=1),g=c=>f(c);'],
    ['that would give another too many parameters', `var f=a=>a+a,g=(${list(15)})=>f(p0.x);`],
    ['that calls itself', 'var f=a=>a?f(a-1):0;'],
  ])('not one %s', (_, code) => {
    expect(withoutCalls(code)).toBe(code)
  })
})
