const { serve } = require('./serve.mjs');

serve();
