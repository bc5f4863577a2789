import { expect, test } from 'vitest';
import { sourceSchema } from '../../src/scenario/source-schema.ts';

test.each([
  { every: '30s', to: 'a', text: 'Tick {{ n }}' },
  { cron: '0 3 * * *', timezone: 'Europe/Berlin', to: 'a/0' },
  { tail: './x', from: 'end', once: true, to: 'a', policy: 'least-busy' },
  { folder: './x', extension: 'md', to: 'a', limit: 1 },
  { stdin: true, to: 'a' },
  { http: true, to: 'a', user: '{{ data.user }}', session: 'x' },
])('accepts %j', (source) => expect(sourceSchema().safeParse(source).success).toBe(true));

test.each([
  { every: '30s' },
  { every: 30, to: 'a' },
  { every: '0s', to: 'a' },
  { tail: '', to: 'a' },
  { tail: 'x', from: 'middle', to: 'a' },
  { folder: 'x', extension: '.md', to: 'a' },
  { stdin: false, to: 'a' },
  { http: 'yes', to: 'a' },
  { http: true, to: 'a', policy: 'auction' },
  { http: true, to: 'a', limit: 0 },
  { http: true, to: 'a', port: 1 },
])('refuses %j', (source) => expect(sourceSchema().safeParse(source).success).toBe(false));
