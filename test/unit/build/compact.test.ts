import { parse } from 'acorn'
import { describe, expect, it } from 'vitest'
import { letsAsVars, withArrows, withVars } from '../../../build/compact.ts'
import { edited } from '../../../build/syntax.ts'

const parsed = (code: string) => parse(code, { ecmaVersion: 'latest', sourceType: 'module' })
const arrows = (code: string) => withArrows(code, parsed(code))
const whole = (code: string) => withVars(code, parsed(code))
const vars = (code: string) => edited(code, letsAsVars(parsed(code)))

describe('functions as arrow functions', () => {
  it('with all that they have', () => {
    expect(arrows('function f(a,b){return a+b}function g(){return f(1,2)}')).toBe(
      ';var f=(a,b)=>{return a+b};;var g=()=>{return f(1,2)};',
    )
  })

  it('where objects are made by functions of the runtime', () => {
    expect(arrows('function f(a){return a instanceof RegExp?a:new RegExp(a)}')).toBe(
      ';var f=(a)=>{return a instanceof RegExp?a:new RegExp(a)};',
    )
  })

  it.each([
    'async function f(){await 1}',
    'function f(){return this}',
    'function f(){return arguments}',
    'function f(){}export{f}',
    'function f(){}export{f as g}',
    'function f(){}var a=new f;',
    'function f(){}var g=f,a=new g;',
    'function f(){}var a=b=>new b;',
    'function f(){}var a={f:f},b=new a.f;',
    'function f(){}var a=b instanceof f;',
  ])('not %s', (code) => {
    expect(arrows(code)).toBe(code)
  })
})

describe('let as var', () => {
  it.each([
    [
      'function f(a){let b=1;if(a){let c=2;return c}return b}',
      'function f(a){var b=1;if(a){var c=2;return c}return b}',
    ],
    ['var f=a=>{for(let i=0;i<a;i+=1){let b=i}}', 'var f=a=>{for(var i=0;i<a;i+=1){var b=i}}'],
    ['function f(a){if(a){let b=1}else{let b=2}}', 'function f(a){if(a){var b=1}else{var b=2}}'],
    ['function f(){try{let e=1}catch(e){}}', 'function f(){try{var e=1}catch(e){}}'],
    ['function f(){let a;return a}', 'function f(){var a;return a}'],
    [
      'function f(a){switch(a){case 1:let b=1}switch(a){case 2:let b=2}}',
      'function f(a){switch(a){case 1:var b=1}switch(a){case 2:var b=2}}',
    ],
    ['function f(){let a=1;return()=>{let a=2;return a}}', 'function f(){var a=1;return()=>{var a=2;return a}}'],
  ])('%s', (code, expected) => {
    expect(vars(code)).toBe(expected)
  })

  it.each([
    ['held by a function of a loop', 'function f(l){for(let i=0;i<3;i+=1){l.push(()=>i)}}'],
    ['held by a function of a while', 'function f(l){while(l.length<3){let a=l.length;l.push(()=>a)}}'],
    ['held by a function of a do-while', 'function f(l){do{let a=l.length;l.push(()=>a)}while(l.length<3)}'],
    ['held by a function of a for-in', 'function f(l,o){for(let a in o){l.push(()=>a)}}'],
    ['without a value, anew in each turn', 'function f(){for(let i=0;i<3;i+=1){let a;a=a||i}}'],
    ['held by a function, of the name of another', 'function f(g){{let a=g();g(()=>a)}{let a=g();g(a)}}'],
    ['within the block of another', 'function f(){let a=1;{let a=2}return a}'],
    ['that has the name of a parameter', 'function f(a){{let a=2}return a}'],
    ['that has the name of an error that is caught', 'function f(){try{}catch(e){{let e=2}return e}}'],
    ['without a value, after another', 'function f(a){if(a){let b=1}else{let b;return b}}'],
  ])('not one %s', (_, code) => {
    expect(vars(code)).toBe(code)
  })
})

describe('a module in fewer bytes', () => {
  it.each([
    [
      'has functions last',
      'function f(){}var a=1;function g(){}export{g as h};',
      'var a=1;;export{g as h};;function f(){};function g(){}',
    ],
    ['has a text where it is used once', 'var a="x",b=()=>a;', 'var b=()=>("x");'],
    ['has one that only functions call', 'var c=()=>d(),a="x",b=()=>a;', 'var c=()=>d(),b=()=>("x");'],
    [
      'has a number where a function uses it',
      'function f(){let b=a;return b}var a=1,c=2;export{f};',
      'var c=2;;export{f};;function f(){var b=(1);return b}',
    ],
  ])('%s', (_, code, expected) => {
    expect(whole(code)).toBe(expected)
  })

  it.each([
    ['used twice', 'var a="x",b=[a,a];'],
    ['of another kind', 'var a=/x/,b=()=>a;'],
    ['behind a call, which may read it', 'var b=()=>a,c=b(),a="x",d=1;'],
    ['behind a call of another kind', 'var b=()=>a,c=b`x`,a="x",d=1;'],
    ['that changes', 'var a=1,b=()=>{a+=1};'],
    ['that counts', 'var a=1,b=()=>a++;'],
    ['that counts what is there', 'var a=1,b=c=>{for(a in c);};'],
    ['whose name is a property of something else', 'var a=1,b=c.a;'],
    ['whose name is a member', 'var a=1,b={a:2};'],
    ['that is exported', 'var a=1,b=2;export{a as c}'],
    ['behind which nothing is', 'var b=()=>a,a=1;'],
  ])('keeps one %s', (_, code) => {
    expect(whole(code).replace(/;+/g, ';')).toBe(code)
  })
})
