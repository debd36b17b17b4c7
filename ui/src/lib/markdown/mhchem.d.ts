// Adds chemistry (`\ce`) to the KaTeX that is there; it has no types, and nothing to import.
declare module 'katex/contrib/mhchem';
