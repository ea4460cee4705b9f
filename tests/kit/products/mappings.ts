import { column, group, list, one, type TypeMapping } from '../../../src/graph/schema/type-mapping.ts'

/** Where the products' schema finds its rows: tables of the schema `products`. */
export const productsMappings: readonly TypeMapping[] = [
  {
    type: 'Query',
    fields: {
      product: {
        kind: 'one',
        type: 'Product',
        on: (_row, other, scope, args) => `${other}.id = ${scope.statement.value(args['id'], 'text')}`,
      },
      deprecatedProduct: {
        kind: 'one',
        type: 'DeprecatedProduct',
        on: (_row, other, { statement }, args) =>
          `${other}.sku = ${statement.value(args['sku'], 'text')} and ${other}.package = ${statement.value(args['package'], 'text')}`,
      },
    },
  },
  {
    type: 'Product',
    table: 'products.product',
    keys: [
      { fields: 'id', find: (row, [id]) => `${row}.id = ${id}` },
      { fields: 'sku package', find: (row, [sku, name]) => `${row}.sku = ${sku} and ${row}.package = ${name}` },
      {
        fields: 'sku variation { id }',
        find: (row, [sku, variation]) => `${row}.sku = ${sku} and ${row}.variation = ${variation}`,
      },
    ],
    fields: {
      id: column('id'),
      sku: column('sku'),
      package: column('package'),
      variation: group('ProductVariation', { present: (row) => `${row}.variation is not null` }),
      dimensions: group('ProductDimension'),
      createdBy: one('User', (row, other) => `${other}.email = ${row}.created_by`),
      notes: column('notes'),
      research: list(
        'ProductResearch',
        (row, other) => `${other}.product_id = ${row}.id`,
        (other) => `${other}.case_number`,
      ),
    },
  },
  { type: 'ProductVariation', fields: { id: column('variation') } },
  { type: 'ProductDimension', fields: { size: column('size'), weight: column('weight'), unit: column('unit') } },
  {
    type: 'ProductResearch',
    table: 'products.research',
    keys: [{ fields: 'study { caseNumber }', find: (row, [number]) => `${row}.case_number = ${number}` }],
    fields: { study: group('CaseStudy'), outcome: column('outcome') },
  },
  { type: 'CaseStudy', fields: { caseNumber: column('case_number'), description: column('description') } },
  {
    type: 'DeprecatedProduct',
    table: 'products.deprecated_product',
    keys: [{ fields: 'sku package', find: (row, [sku, name]) => `${row}.sku = ${sku} and ${row}.package = ${name}` }],
    fields: {
      sku: column('sku'),
      package: column('package'),
      reason: column('reason'),
      createdBy: one('User', (row, other) => `${other}.email = ${row}.created_by`),
    },
  },
  {
    type: 'User',
    table: 'products.person',
    keys: [{ fields: 'email', find: (row, [email]) => `${row}.email = ${email}` }],
    fields: {
      email: column('email'),
      name: column('name'),
      totalProductsCreated: { kind: 'external', sql: (row) => `${row}.products_created` },
      yearsOfEmployment: { kind: 'external', sql: (row) => `${row}.years` },
      averageProductsCreatedPerYear: {
        kind: 'computed',
        from: { created: (row) => `${row}.products_created`, years: (row) => `${row}.years` },
        resolve(row) {
          const told = 'totalProductsCreated' in row && 'yearsOfEmployment' in row
          const created = (told ? row['totalProductsCreated'] : row['_created']) as number | null
          const years = (told ? row['yearsOfEmployment'] : row['_years']) as number | null
          return created === null || years === null || years === 0 ? null : Math.round(created / years)
        },
      },
    },
  },
  {
    type: 'Inventory',
    table: 'products.inventory',
    keys: [{ fields: 'id', find: (row, [id]) => `${row}.id = ${id}` }],
    fields: {
      id: column('id'),
      deprecatedProducts: list(
        'DeprecatedProduct',
        (row, other) => `${other}.inventory_id = ${row}.id`,
        (other) => `${other}.sku`,
      ),
    },
  },
]

/** The tables and the rows that the comparison expects. Safe to repeat: what is there is made anew. */
export const productsRows = `
  drop schema if exists products cascade;
  create schema products;
  create table products.person (email text primary key, name text, products_created integer, years integer not null);
  create table products.product (id text primary key, sku text, package text, variation text, size text,
    weight double precision, unit text, notes text, created_by text references products.person);
  create table products.research (case_number text primary key, description text, outcome text,
    product_id text references products.product);
  create table products.inventory (id text primary key);
  create table products.deprecated_product (sku text, package text, reason text,
    created_by text references products.person, inventory_id text references products.inventory, primary key (sku, package));
  insert into products.person values ('support@apollographql.com', 'Jane Smith', 1337, 10);
  insert into products.product values
    ('apollo-federation', 'federation', '@apollo/federation', 'OSS', 'small', 1, 'kg', null, 'support@apollographql.com'),
    ('apollo-studio', 'studio', '', 'platform', 'small', 1, 'kg', null, 'support@apollographql.com');
  insert into products.research values
    ('1234', 'Federation Study', null, 'apollo-federation'), ('1235', 'Studio Study', null, 'apollo-studio');
  insert into products.inventory values ('apollo-oss');
  insert into products.deprecated_product values
    ('apollo-federation-v1', '@apollo/federation-v1', 'Migrate to Federation V2', 'support@apollographql.com', 'apollo-oss');
`
