import type { ReactElement, ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { Icon } from './icon.tsx';

/** A button that shows its value and opens a small panel to change it. */
export function PopoverButton({ label, value, className = '', isDisabled = false, children }: { readonly label: string; readonly value: ReactNode; readonly className?: string; readonly isDisabled?: boolean; readonly children: ReactNode }): ReactElement {
  return (
    <DialogTrigger>
      <Button className={`select-button ${className}`} isDisabled={isDisabled}>
        {value}
        <Icon name="down" size={12} />
      </Button>
      <Popover className="popover" offset={4}>
        <Dialog className="popover-dialog" aria-label={label}>
          {children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
