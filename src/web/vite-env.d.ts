// The types of what Vite imports besides code.
/// <reference types="vite/client" />
