"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
function override(resources) {
    resources.userPoolGroup['Members'].description = "Everybody who pays, `even` late";
    resources.userPoolGroupRole['Treasurers'].maxSessionDuration = 7200;
}
exports.override = override;
