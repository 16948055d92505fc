import type { ArrowFunctionExpression, ExpressionStatement } from 'acorn'
import { describe, expect, it } from 'vitest'
import { areSetFirst, isSetFirst } from '../../../build/set-first.ts'
import { parseModule } from '../../../build/syntax.ts'

/** An arrow function's body. */
const body = (code: string) => {
  const [statement] = parseModule(`()=>${code}`).body
  return ((statement as ExpressionStatement).expression as ArrowFunctionExpression).body
}

describe('a variable has a value before an expression reads it', () => {
  it.each([
    'b',
    'a=1',
    'a=b',
    '(a=b,a)',
    'f(a=1,a)',
    '[a=1,a]',
    '(a=1).b+a',
    '(a=1)+a',
    'b[a=1]+a',
    '(a=b)&&a',
    '(a=b)||a',
    'b&&(a=b)&&a',
    'b||(a=b)||a',
    'b&&(a=b)?a:b',
    'b||(a=b)?b:a',
    '!(b&&(a=b))?b:a',
    '!(b||(a=b))&&a',
    '(b?a=1:a=2,a)',
    'b?(a=1,a):b',
    'b.a',
    '({a:b})',
    '({a:a=1,b:a})',
    '({[a=1]:a})',
    '(b.a=a=1,a)',
    '(b[a=1]=a)',
  ])('%s', (code) => {
    expect(isSetFirst(body(code), 'a')).toBe(true)
  })

  it.each([
    'a',
    'a=a',
    'a+=1',
    'a++',
    '(a,a=1)',
    'f(a,a=1)',
    'a.b',
    'b[a]',
    '({b:a})',
    '({[a]:1})',
    '(b[a]=a=1)',
    '(b&&(a=1),a)',
    '(b||(a=1),a)',
    'b&&(a=b)||a',
    'b||(a=b)&&b?a:b',
    'b&&(a=b)?b:a',
    'b||(a=b)?a:b',
    '(b&&(a=b))+a',
    '(f(b&&(a=1)),a)',
    '!(b&&(a=b))&&a',
    '(b?a=1:b,a)',
    '(b?b:a=1,a)',
    '(b?a=1:b)&&a',
    '(b?b:a=1)&&a',
    '(b?a=1:b)||a',
    '(b?b:a=1)||a',
    '(b&&(a=1))||(b,a)',
    'typeof a',
    '-a',
  ])('not of %s', (code) => {
    expect(isSetFirst(body(code), 'a')).toBe(false)
  })
})

describe('each variable has a value before statements read it', () => {
  it.each([
    '{return b}',
    '{var a=1;return a}',
    '{var a=1,c=a;return c}',
    '{var a=1;if(b)return a;return a}',
    '{if(b){var a=1;return a}}',
    '{if(b){var a=1;f(a)}else{var a=2;f(a)}}',
    '{for(var a=0;a<b;a+=1)f(a);return a}',
    '{for(var a in b)f(a)}',
    '{for(var a in b){f(a)}}',
    '{for(;b;){var a=1;f(a)}}',
    '{switch(b){case 1:var a=1;f(a)}}',
    '{try{var a=1;f(a)}catch(e){f(e)}}',
    '{var a=1;return()=>a}',
    '{return(()=>{var a=1;return a})()}',
    '{var a=1;return b.a}',
  ])('%s', (code) => {
    expect(areSetFirst(body(code))).toBe(true)
  })

  it.each([
    '{f(a);var a=1}',
    '{var a=a}',
    '{var c=a,a=1}',
    '{if(b){var a=1}return a}',
    '{if(b)var a=1;return a}',
    '{if(b)var a=1;else f(a)}',
    '{for(;b;)var a=1;return a}',
    '{for(;b;){f(a);var a=1}}',
    '{for(;b;){var a=1}return a}',
    '{for(var a in b);return a}',
    '{for(var a in a);}',
    '{while(b)var a=1;return a}',
    '{do{if(b)break;var a=1}while(a)}',
    '{switch(b){case 1:var a=1;case 2:f(a)}}',
    '{switch(b){case 1:var a=1}return a}',
    '{try{var a=1}catch(e){}return a}',
    '{try{var a=1}catch(e){f(a)}}',
    '{try{var a=1}finally{f(a)}}',
    '{c:{break c;var a=1}return a}',
    '{c:{if(b)break c;var a=1}return a}',
    '{f(()=>a);var a=1}',
    '{function c(){return a}var a=c()}',
    '{f(c());var a=1;function c(){return a}}',
    '{a=2;var a=1;return a}',
  ])('not in %s', (code) => {
    expect(areSetFirst(body(code))).toBe(false)
  })
})
