// Svelte itself needs no setting; the tools look for the file.
export default {};
