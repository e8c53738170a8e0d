"""Services that ministack lacks or answers too little of."""
