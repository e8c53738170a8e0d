use crate::generate::tree::FileTree;
