"""The program for PCs without Python: one folder, made by PyInstaller on the system it is for."""
