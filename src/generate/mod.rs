//! From the model of the backend to the files of the Gen 2 backend.
