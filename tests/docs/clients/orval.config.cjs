module.exports = { ticketd: { input: process.env.DOCUMENT, output: { target: 'src/orval.ts', client: 'fetch', baseUrl: process.env.BASE } } };
